// Tensors that do not fit a frame: 27,648 bytes in, 100 out, in pieces.
#include <doctest/doctest.h>
#include <plumbline_model.h>
#include <plumbline_wire.h>

#include <algorithm>
#include <random>

#include "fakes.h"
#include "line.h"

namespace {

const size_t piece_max = PLUMBLINE_PAYLOAD_MAX - 4;

Message write_piece(uint32_t offset, const Bytes &piece) {
  Bytes payload = little_endian(offset, 4);
  payload.insert(payload.end(), piece.begin(), piece.end());
  return request(PLUMBLINE_REQUEST_WRITE, payload);
}

Message read_piece(uint32_t offset, size_t length) {
  Bytes payload = little_endian(offset, 4);
  payload.push_back(static_cast<uint8_t>(length));
  return request(PLUMBLINE_REQUEST_READ, payload);
}

Bytes random_input(unsigned seed) {
  std::mt19937 random(seed);
  Bytes input(PLUMBLINE_INPUT_BYTES);
  for (uint8_t &byte : input) byte = static_cast<uint8_t>(random());
  return input;
}

// Writes the whole input, a piece at a time in the given order.
void write_input(const Bytes &input, bool backwards) {
  std::vector<uint32_t> offsets;
  for (uint32_t offset = 0; offset < input.size(); offset += static_cast<uint32_t>(piece_max)) offsets.push_back(offset);
  if (backwards) std::reverse(offsets.begin(), offsets.end());
  for (const uint32_t offset : offsets) {
    const size_t length = std::min(piece_max, input.size() - offset);
    const Bytes piece(input.begin() + offset, input.begin() + offset + static_cast<long>(length));
    const Message reply = write_piece(offset, piece);
    REQUIRE(reply.type == (PLUMBLINE_REQUEST_WRITE | PLUMBLINE_REPLY));
    REQUIRE(from_little_endian(reply.payload, 0, 4) == offset + length);
  }
}

Message invoke(const Bytes &input) { return request(PLUMBLINE_REQUEST_INVOKE, little_endian(reference_crc32(input), 4)); }

Bytes read_output() {
  Bytes output;
  while (output.size() < PLUMBLINE_OUTPUT_BYTES) {
    const size_t length = std::min(piece_max, PLUMBLINE_OUTPUT_BYTES - output.size());
    const Message reply = read_piece(static_cast<uint32_t>(output.size()), length);
    REQUIRE(from_little_endian(reply.payload, 0, 4) == output.size());
    REQUIRE(reply.payload.size() == 4 + length);
    output.insert(output.end(), reply.payload.begin() + 4, reply.payload.end());
  }
  return output;
}

bool is_error(const Message &reply, uint8_t error) { return reply.type == PLUMBLINE_ERROR_REPLY && reply.payload.at(0) == error; }

}  // namespace

TEST_CASE("a large tensor travels in pieces, in any order, and its output comes back whole") {
  fakes::reset();
  for (const bool backwards : {false, true}) {
    const Bytes input = random_input(backwards ? 1 : 2);
    write_input(input, backwards);
    const Message reply = invoke(input);
    REQUIRE(reply.type == (PLUMBLINE_REQUEST_INVOKE | PLUMBLINE_REPLY));
    const std::vector<int8_t> expected = fakes::expected_output(std::vector<int8_t>(input.begin(), input.end()));
    const Bytes output = read_output();
    CHECK(output == Bytes(expected.begin(), expected.end()));
    CHECK(from_little_endian(reply.payload, 0, 4) == reference_crc32(output));
  }
}

TEST_CASE("a piece that is missing or wrong is found by the checksum over the whole") {
  fakes::reset();
  Bytes input = random_input(3);
  write_input(input, false);
  input[20000] ^= 1;
  CHECK(is_error(invoke(input), PLUMBLINE_ERROR_BAD_CHECKSUM));
  CHECK(fakes::invocations() == 0);
  (void)write_piece(20000, {input[20000]});
  CHECK(invoke(input).type == (PLUMBLINE_REQUEST_INVOKE | PLUMBLINE_REPLY));
}

TEST_CASE("pieces beyond the tensor are refused and write nothing") {
  fakes::reset();
  const Bytes input = random_input(4);
  write_input(input, false);
  for (const uint32_t offset : {uint32_t{PLUMBLINE_INPUT_BYTES}, uint32_t{PLUMBLINE_INPUT_BYTES - 1}, 0x80000000u, 0xFFFFFFFFu, 0xFFFFFFFEu}) {
    CHECK(is_error(write_piece(offset, {1, 2}), PLUMBLINE_ERROR_BAD_OFFSET));
  }
  CHECK(invoke(input).type == (PLUMBLINE_REQUEST_INVOKE | PLUMBLINE_REPLY));
  for (const uint32_t offset : {uint32_t{PLUMBLINE_OUTPUT_BYTES}, uint32_t{PLUMBLINE_OUTPUT_BYTES - 1}, 0xFFFFFFFFu, 0xFFFFFFFEu}) {
    CHECK(is_error(read_piece(offset, 2), PLUMBLINE_ERROR_BAD_OFFSET));
  }
  CHECK(is_error(read_piece(0, 0), PLUMBLINE_ERROR_BAD_LENGTH));
  CHECK(is_error(read_piece(0, piece_max + 1), PLUMBLINE_ERROR_BAD_LENGTH));
  CHECK(is_error(read_piece(0, 255), PLUMBLINE_ERROR_BAD_LENGTH));
}

TEST_CASE("a large model has no batch and answers no single number") {
  fakes::reset();
  const Message hello = request(PLUMBLINE_REQUEST_HELLO);
  CHECK(from_little_endian(hello.payload, 1, 4) == PLUMBLINE_INPUT_BYTES);
  CHECK(from_little_endian(hello.payload, 5, 4) == PLUMBLINE_OUTPUT_BYTES);
  CHECK(hello.payload.at(9) == 0);
  CHECK(is_error(request(PLUMBLINE_REQUEST_BATCH, Bytes(40)), PLUMBLINE_ERROR_BAD_LENGTH));
  CHECK(is_error(request(PLUMBLINE_REQUEST_ASK, Bytes(8)), PLUMBLINE_ERROR_NOT_SCALAR));
  (void)fakes::sent();
  feed(std::string("10\n"));
  CHECK(fakes::sent_text() == "This model takes more than one number: use the host tools.\r\n");
}
