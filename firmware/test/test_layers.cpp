// What a layer gave, in a build with PLUMBLINE_LAYERS: the fake engine tells its inputs as the output 0 of layer 0, and 600 bytes of them as output 1.
#include <doctest/doctest.h>
#include <layers.h>
#include <plumbline_wire.h>

#include "fakes.h"
#include "line.h"

namespace {

Bytes watching(uint32_t layer, uint8_t output, uint32_t offset) {
  Bytes payload = little_endian(layer, 4);
  payload.push_back(output);
  const Bytes at = little_endian(offset, 4);
  payload.insert(payload.end(), at.begin(), at.end());
  return payload;
}

Bytes piece(uint32_t offset, uint8_t length) {
  Bytes payload = little_endian(offset, 4);
  payload.push_back(length);
  return payload;
}

void run(const Bytes &input) { (void)request(PLUMBLINE_REQUEST_BATCH, input); }

Bytes rest(const Message &reply) { return Bytes(reply.payload.begin() + PLUMBLINE_LAYER_REPLY_BYTES, reply.payload.end()); }

uint64_t told(const Message &reply) { return from_little_endian(reply.payload, PLUMBLINE_LAYER_REPLY_BYTES_OFFSET, 4); }

}  // namespace

TEST_CASE("a watched layer is kept from the next inference on, with its size and checksum") {
  fakes::reset();
  run({9, 9, 9});
  const Message room = request(PLUMBLINE_REQUEST_WATCH, watching(0, 0, 0));
  CHECK(from_little_endian(room.payload, 0, 4) == PLUMBLINE_LAYERS_ROOM);
  CHECK(told(request(PLUMBLINE_REQUEST_LAYER, piece(0, 3))) == 0);
  run({1, 2, 3});
  const Message reply = request(PLUMBLINE_REQUEST_LAYER, piece(0, 3));
  CHECK(told(reply) == 3);
  CHECK(from_little_endian(reply.payload, PLUMBLINE_LAYER_REPLY_CRC32_OFFSET, 4) == reference_crc32({1, 2, 3}));
  CHECK(rest(reply) == Bytes{1, 2, 3});
  CHECK(rest(request(PLUMBLINE_REQUEST_LAYER, piece(2, 3))) == Bytes{3});
  CHECK(rest(request(PLUMBLINE_REQUEST_LAYER, piece(3, 1))).empty());
}

TEST_CASE("an output larger than the room comes in windows") {
  fakes::reset();
  (void)request(PLUMBLINE_REQUEST_WATCH, watching(0, 1, 400));
  run({1, 2, 3});
  const Message reply = request(PLUMBLINE_REQUEST_LAYER, piece(0, 2));
  CHECK(told(reply) == 600);
  CHECK(rest(reply) == Bytes{2, 3});  // 400 = 3 * 133 + 1
  CHECK(rest(request(PLUMBLINE_REQUEST_LAYER, piece(199, 9))) == Bytes{3});
  (void)request(PLUMBLINE_REQUEST_WATCH, watching(0, 1, 0));
  run({1, 2, 3});
  CHECK(rest(request(PLUMBLINE_REQUEST_LAYER, piece(PLUMBLINE_LAYERS_ROOM - 1, 9))) == Bytes{1});
  (void)request(PLUMBLINE_REQUEST_WATCH, watching(0, 1, 600));
  run({1, 2, 3});
  CHECK(rest(request(PLUMBLINE_REQUEST_LAYER, piece(0, 1))).empty());
}

TEST_CASE("a repeated WATCH keeps what was seen, another one drops it") {
  fakes::reset();
  (void)request(PLUMBLINE_REQUEST_WATCH, watching(0, 0, 0));
  run({4, 5, 6});
  (void)request(PLUMBLINE_REQUEST_WATCH, watching(0, 0, 0));
  CHECK(told(request(PLUMBLINE_REQUEST_LAYER, piece(0, 0))) == 3);
  (void)request(PLUMBLINE_REQUEST_WATCH, watching(0, 2, 0));
  CHECK(told(request(PLUMBLINE_REQUEST_LAYER, piece(0, 0))) == 0);
  run({4, 5, 6});
  CHECK(told(request(PLUMBLINE_REQUEST_LAYER, piece(0, 0))) == 0);
}

TEST_CASE("layers and pieces that cannot be are refused") {
  fakes::reset();
  CHECK(request(PLUMBLINE_REQUEST_WATCH, watching(1000, 0, 0)).payload == Bytes{PLUMBLINE_ERROR_BAD_OFFSET, PLUMBLINE_REQUEST_WATCH});
  const uint8_t most = PLUMBLINE_PAYLOAD_MAX - PLUMBLINE_LAYER_REPLY_BYTES;
  CHECK(request(PLUMBLINE_REQUEST_LAYER, piece(0, most)).type != PLUMBLINE_ERROR_REPLY);
  CHECK(request(PLUMBLINE_REQUEST_LAYER, piece(0, most + 1)).payload == Bytes{PLUMBLINE_ERROR_BAD_LENGTH, PLUMBLINE_REQUEST_LAYER});
  CHECK(request(PLUMBLINE_REQUEST_LAYER, {1}).payload == Bytes{PLUMBLINE_ERROR_BAD_LENGTH, PLUMBLINE_REQUEST_LAYER});
}
