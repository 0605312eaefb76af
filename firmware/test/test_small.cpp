// Tensors of which several fit a frame: 3 bytes in, 2 out.
#include <doctest/doctest.h>
#include <plumbline_wire.h>

#include "fakes.h"
#include "line.h"

namespace {

const size_t inputs_max = PLUMBLINE_PAYLOAD_MAX / 3;

Bytes codes(size_t count) {
  Bytes result;
  for (size_t i = 0; i < count; i++) result.push_back(static_cast<uint8_t>(i * 37));
  return result;
}

}  // namespace

TEST_CASE("a batch of as many inputs as HELLO says is answered in order") {
  fakes::reset();
  CHECK(request(PLUMBLINE_REQUEST_HELLO).payload.at(9) == inputs_max);
  const Bytes inputs = codes(3 * inputs_max);
  const Message reply = request(PLUMBLINE_REQUEST_BATCH, inputs);
  REQUIRE(reply.payload.size() == PLUMBLINE_BATCH_REPLY_BYTES + 2 * inputs_max);
  for (size_t i = 0; i < inputs_max; i++) {
    const auto first = inputs.begin() + static_cast<long>(3 * i);
    const std::vector<int8_t> expected = fakes::expected_output(std::vector<int8_t>(first, first + 3));
    CHECK(static_cast<int8_t>(reply.payload[PLUMBLINE_BATCH_REPLY_BYTES + 2 * i]) == expected[0]);
    CHECK(static_cast<int8_t>(reply.payload[PLUMBLINE_BATCH_REPLY_BYTES + 2 * i + 1]) == expected[1]);
  }
}

TEST_CASE("a batch of parts of inputs is refused") {
  fakes::reset();
  for (size_t length = 0; length <= PLUMBLINE_PAYLOAD_MAX; length++) {
    const Message reply = request(PLUMBLINE_REQUEST_BATCH, codes(length));
    const bool whole = length > 0 && length % 3 == 0;
    CHECK((reply.type == PLUMBLINE_ERROR_REPLY) == !whole);
    if (!whole) CHECK(reply.payload == Bytes{PLUMBLINE_ERROR_BAD_LENGTH, PLUMBLINE_REQUEST_BATCH});
  }
}

TEST_CASE("repeated WRITE and READ change nothing") {
  fakes::reset();
  const Bytes input = {1, 2, 3};
  for (int i = 0; i < 2; i++) (void)request_with_sequence(7, PLUMBLINE_REQUEST_WRITE, {0, 0, 0, 0, 1, 2, 3});
  (void)request(PLUMBLINE_REQUEST_INVOKE, little_endian(reference_crc32(input), 4));
  for (int i = 0; i < 2; i++) CHECK(request_with_sequence(9, PLUMBLINE_REQUEST_READ, {1, 0, 0, 0, 1}).payload == Bytes{1, 0, 0, 0, 20});
  CHECK(fakes::invocations() == 1);
}

TEST_CASE("a model of several numbers answers no single one") {
  fakes::reset();
  CHECK(request(PLUMBLINE_REQUEST_ASK, Bytes(8)).payload == Bytes{PLUMBLINE_ERROR_NOT_SCALAR, PLUMBLINE_REQUEST_ASK});
}
