// A model of several inputs and outputs of several types: 5 int8, a bool and 3 int16 in, 2 int32 and 3 uint8 out (tests/support/several_ends.py).
#include <doctest/doctest.h>
#include <ends.h>
#include <plumbline_wire.h>

#include "fakes.h"
#include "line.h"

namespace {

const size_t batch = 4;  // 52 / 12 rows of inputs, (52 - 8) / 11 of outputs

Bytes row(unsigned seed) {
  Bytes bytes;
  for (unsigned i = 0; i < PLUMBLINE_INPUT_BYTES; i++) bytes.push_back(static_cast<uint8_t>(seed * 41 + i * 17));
  return bytes;
}

Bytes expected(const Bytes &input) {
  const std::vector<int8_t> output = fakes::expected_output(std::vector<int8_t>(input.begin(), input.end()));
  return Bytes(output.begin(), output.end());
}

Message write(uint32_t offset, const Bytes &piece) {
  Bytes payload = little_endian(offset, 4);
  payload.insert(payload.end(), piece.begin(), piece.end());
  return request(PLUMBLINE_REQUEST_WRITE, payload);
}

Message invoke(const Bytes &input) { return request(PLUMBLINE_REQUEST_INVOKE, little_endian(reference_crc32(input), 4)); }

Bytes read(uint32_t offset, size_t length) {
  Bytes payload = little_endian(offset, 4);
  payload.push_back(static_cast<uint8_t>(length));
  const Message reply = request(PLUMBLINE_REQUEST_READ, payload);
  REQUIRE(reply.type == (PLUMBLINE_REQUEST_READ | PLUMBLINE_REPLY));
  return Bytes(reply.payload.begin() + 4, reply.payload.end());
}

Message end(uint8_t direction, uint16_t number) {
  Bytes payload = {direction};
  for (const uint8_t byte : little_endian(number, 2)) payload.push_back(byte);
  return request(PLUMBLINE_REQUEST_END, payload);
}

void check_end(uint8_t direction, uint16_t number, uint16_t ends, uint8_t type, uint32_t elements, uint32_t scale_bits, int32_t zero_point,
               const std::string &name) {
  const Message reply = end(direction, number);
  CHECK(reply.type == (PLUMBLINE_REQUEST_END | PLUMBLINE_REPLY));
  CHECK(from_little_endian(reply.payload, 0, 2) == ends);
  CHECK(reply.payload.at(2) == type);
  CHECK(from_little_endian(reply.payload, 3, 4) == elements);
  CHECK(from_little_endian(reply.payload, 7, 4) == scale_bits);
  CHECK(static_cast<int32_t>(from_little_endian(reply.payload, 11, 4)) == zero_point);
  CHECK(std::string(reply.payload.begin() + 15, reply.payload.end()) == name);
}

bool is_error(const Message &reply, uint8_t error) { return reply.type == PLUMBLINE_ERROR_REPLY && reply.payload.at(0) == error; }

std::string answer_to(const std::string &line) {
  (void)fakes::sent();
  feed(line);
  return fakes::sent_text();
}

}  // namespace

TEST_CASE("HELLO tells the sizes of the rows") {
  fakes::reset();
  const Message reply = request(PLUMBLINE_REQUEST_HELLO);
  CHECK(reply.payload == Bytes{PLUMBLINE_PROTOCOL_VERSION, 12, 0, 0, 0, 11, 0, 0, 0, batch});
}

TEST_CASE("END tells of each input and output, and FIELD of none") {
  fakes::reset();
  check_end(PLUMBLINE_DIRECTION_INPUT, 0, 3, PLUMBLINE_TYPE_INT8, 5, 0x3f000000, -3, "stream");
  check_end(PLUMBLINE_DIRECTION_INPUT, 1, 3, PLUMBLINE_TYPE_BOOL, 1, 0, 0, "gate");
  check_end(PLUMBLINE_DIRECTION_INPUT, 2, 3, PLUMBLINE_TYPE_INT16, 3, 0x3e800000, 0, "a/very long name, which no reply has ");
  check_end(PLUMBLINE_DIRECTION_OUTPUT, 0, 2, PLUMBLINE_TYPE_INT32, 2, 0, 0, "score");
  check_end(PLUMBLINE_DIRECTION_OUTPUT, 1, 2, PLUMBLINE_TYPE_UINT8, 3, 0x3b800000, 128, "class\x1b");
  CHECK(is_error(end(PLUMBLINE_DIRECTION_INPUT, 3), PLUMBLINE_ERROR_BAD_OFFSET));
  CHECK(is_error(end(PLUMBLINE_DIRECTION_OUTPUT, 2), PLUMBLINE_ERROR_BAD_OFFSET));
  CHECK(is_error(end(PLUMBLINE_DIRECTION_INPUT, 0xFFFF), PLUMBLINE_ERROR_BAD_OFFSET));
  CHECK(is_error(end(2, 0), PLUMBLINE_ERROR_BAD_OFFSET));
  for (size_t length = 0; length <= PLUMBLINE_PAYLOAD_MAX; length++) {
    CHECK(is_error(request(PLUMBLINE_REQUEST_END, Bytes(length)), PLUMBLINE_ERROR_BAD_LENGTH) == (length != 3));
  }
  for (uint8_t field = PLUMBLINE_FIELD_INPUT_SCALE; field <= PLUMBLINE_FIELD_OUTPUT_ZERO_POINT; field++) {
    CHECK(is_error(request(PLUMBLINE_REQUEST_FIELD, {field}), PLUMBLINE_ERROR_UNKNOWN_FIELD));
  }
}

TEST_CASE("a piece may begin in any tensor and end in any other") {
  fakes::reset();
  for (uint32_t first = 0; first <= PLUMBLINE_INPUT_BYTES; first++) {
    for (uint32_t second = first; second <= PLUMBLINE_INPUT_BYTES; second++) {
      const Bytes input = row(first * 13 + second);
      // The last part first; none is sent without a byte.
      const uint32_t edges[] = {0, first, second, PLUMBLINE_INPUT_BYTES};
      for (int part = 2; part >= 0; part--) {
        if (edges[part] == edges[part + 1]) continue;
        const Message reply = write(edges[part], Bytes(input.begin() + edges[part], input.begin() + edges[part + 1]));
        CHECK(from_little_endian(reply.payload, 0, 4) == edges[part + 1]);
      }
      const Message reply = invoke(input);
      REQUIRE(reply.type == (PLUMBLINE_REQUEST_INVOKE | PLUMBLINE_REPLY));
      CHECK(from_little_endian(reply.payload, 0, 4) == reference_crc32(expected(input)));
      const uint32_t at = first % PLUMBLINE_OUTPUT_BYTES;
      const size_t length = 1 + second % (PLUMBLINE_OUTPUT_BYTES - at);
      const Bytes all = expected(input);
      CHECK(read(at, length) == Bytes(all.begin() + at, all.begin() + at + static_cast<long>(length)));
      CHECK(read(0, PLUMBLINE_OUTPUT_BYTES) == all);
    }
  }
}

TEST_CASE("pieces beyond the row are refused, wherever they begin") {
  fakes::reset();
  for (uint32_t offset = 0; offset <= PLUMBLINE_INPUT_BYTES + 2; offset++) {
    for (size_t length = 1; length <= PLUMBLINE_INPUT_BYTES + 2; length++) {
      CHECK(is_error(write(offset, Bytes(length)), PLUMBLINE_ERROR_BAD_OFFSET) == (offset + length > PLUMBLINE_INPUT_BYTES));
    }
  }
}

TEST_CASE("an input that is not the announced one in any of its tensors is refused") {
  fakes::reset();
  const Bytes input = row(1);
  for (size_t at = 0; at < input.size(); at++) {
    (void)write(0, input);
    Bytes other = input;
    other[at] ^= 1;
    CHECK(is_error(invoke(other), PLUMBLINE_ERROR_BAD_CHECKSUM));
  }
  CHECK(fakes::invocations() == 0);
}

TEST_CASE("a batch of rows is answered in order") {
  fakes::reset();
  Bytes inputs, outputs;
  for (unsigned i = 0; i < batch; i++) {
    const Bytes input = row(i + 7), output = expected(input);
    inputs.insert(inputs.end(), input.begin(), input.end());
    outputs.insert(outputs.end(), output.begin(), output.end());
  }
  const Message reply = request(PLUMBLINE_REQUEST_BATCH, inputs);
  CHECK(Bytes(reply.payload.begin() + PLUMBLINE_BATCH_REPLY_BYTES, reply.payload.end()) == outputs);
}

TEST_CASE("there is neither a number to ask for nor a state to reset") {
  fakes::reset();
  CHECK(is_error(request(PLUMBLINE_REQUEST_ASK, Bytes(8)), PLUMBLINE_ERROR_NOT_SCALAR));
  CHECK(is_error(request(PLUMBLINE_REQUEST_RESET), PLUMBLINE_ERROR_UNKNOWN_TYPE));
  CHECK(fakes::invocations() == 0);
}

TEST_CASE("the console lists inputs and outputs, and says so to whoever types a number") {
  fakes::reset();
  const std::string info = answer_to("info\n");
  CHECK(info.find("input   stream: int8 [1, 5], 0.5 * (code + 3)\r\n") != std::string::npos);
  CHECK(info.find("input   gate: bool [1, 1]\r\ninput   a/very long name") != std::string::npos);
  CHECK(info.find("output  score: int32 [1, 2]\r\noutput  class?: uint8 [3], 0.00390625 * (code - 128)\r\n") != std::string::npos);
  CHECK(info.find("domain") == std::string::npos);
  for (const char *number : {"10\n", "-0.5\n", "99999999999999999999\n", "0.1234567891\n"}) {
    CHECK(answer_to(number) == "This model takes and gives tensors, which info lists: use the host tools.\r\n");
  }
  CHECK(answer_to("what\n") == "Type info, or ? for help.\r\n");
  CHECK(answer_to("reset\n") == "Type info, or ? for help.\r\n");
  CHECK(answer_to("?\n").find("info says which board") != std::string::npos);
}
