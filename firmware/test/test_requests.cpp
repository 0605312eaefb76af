// Every request, answered right and refused right, on a model of one number.
#include <doctest/doctest.h>
#include <plumbline_wire.h>

#include <random>

#include "fakes.h"
#include "line.h"

namespace {

const uint8_t mark = PLUMBLINE_MARK | PLUMBLINE_PROTOCOL_VERSION;

void check_error(const Message &reply, uint8_t error, uint8_t type) {
  CHECK(reply.type == PLUMBLINE_ERROR_REPLY);
  CHECK(reply.payload == Bytes{error, type});
}

std::string text_field(uint8_t field) {
  const Message reply = request(PLUMBLINE_REQUEST_FIELD, {field});
  CHECK(reply.type == (PLUMBLINE_REQUEST_FIELD | PLUMBLINE_REPLY));
  CHECK(reply.payload.at(0) == field);
  return std::string(reply.payload.begin() + 1, reply.payload.end());
}

uint64_t number_field(uint8_t field, unsigned bytes, size_t at = 0) {
  const Message reply = request(PLUMBLINE_REQUEST_FIELD, {field});
  return from_little_endian(reply.payload, 1 + at, bytes);
}

Bytes with_crc(const Bytes &codes) { return little_endian(reference_crc32(codes), 4); }

Message write_code(uint8_t code) { return request(PLUMBLINE_REQUEST_WRITE, {0, 0, 0, 0, code}); }

Message ask(int64_t x_nano) { return request(PLUMBLINE_REQUEST_ASK, little_endian(static_cast<uint64_t>(x_nano), 8)); }

}  // namespace

TEST_CASE("HELLO: protocol, sizes, most inputs of a batch") {
  fakes::reset();
  const Message reply = request(PLUMBLINE_REQUEST_HELLO);
  CHECK(reply.type == (PLUMBLINE_REQUEST_HELLO | PLUMBLINE_REPLY));
  CHECK(reply.payload == Bytes{PLUMBLINE_PROTOCOL_VERSION, 1, 0, 0, 0, 1, 0, 0, 0, PLUMBLINE_PAYLOAD_MAX - 8});
}

TEST_CASE("FIELD: each fact, and none where there is none") {
  fakes::reset();
  CHECK(text_field(PLUMBLINE_FIELD_BOARD) == "fake");
  CHECK(text_field(PLUMBLINE_FIELD_ENGINE) == "fake engine");
  CHECK(text_field(PLUMBLINE_FIELD_BUILD) == "unknown");
  CHECK(text_field(PLUMBLINE_FIELD_MODEL) == "scalar");
  const std::string digest = text_field(PLUMBLINE_FIELD_MODEL_SHA256);
  CHECK(digest.size() == 32);
  CHECK(digest[31] == '\xbf');
  CHECK(text_field(PLUMBLINE_FIELD_CONSTANTS_SHA256).empty());
  CHECK(number_field(PLUMBLINE_FIELD_INPUT_SCALE, 4) == 0x3dcccccd);
  CHECK(number_field(PLUMBLINE_FIELD_INPUT_ZERO_POINT, 4) == 0);
  CHECK(number_field(PLUMBLINE_FIELD_OUTPUT_SCALE, 4) == 0x3e4ccccd);
  CHECK(number_field(PLUMBLINE_FIELD_OUTPUT_ZERO_POINT, 4) == 0xFFFFFFFBu);
  CHECK(static_cast<int64_t>(number_field(PLUMBLINE_FIELD_DOMAIN_NANO, 8)) == INT64_C(-12800000000));
  CHECK(static_cast<int64_t>(number_field(PLUMBLINE_FIELD_DOMAIN_NANO, 8, 8)) == INT64_C(12700000000));
  CHECK(number_field(PLUMBLINE_FIELD_ARENA_USED, 4) == 436);
  CHECK(number_field(PLUMBLINE_FIELD_CLOCK_HZ, 4) == 64000000);
  CHECK(text_field(PLUMBLINE_FIELD_UNIT) == "cycles");
  CHECK(text_field(PLUMBLINE_FIELD_ENGINE_ERROR).empty());
  CHECK(text_field(PLUMBLINE_FIELD_LAST_RESET).empty());
  for (const unsigned field : {0u, PLUMBLINE_FIELD_LAST_RESET + 1u, 255u}) {
    check_error(request(PLUMBLINE_REQUEST_FIELD, {static_cast<uint8_t>(field)}), PLUMBLINE_ERROR_UNKNOWN_FIELD, PLUMBLINE_REQUEST_FIELD);
  }
}

TEST_CASE("FIELD: why the board started, as often as it is asked") {
  fakes::reset();
  fakes::last_reset("watchdog, pc 0x00000abc");
  CHECK(text_field(PLUMBLINE_FIELD_LAST_RESET) == "watchdog, pc 0x00000abc");
  CHECK(text_field(PLUMBLINE_FIELD_LAST_RESET) == "watchdog, pc 0x00000abc");
  fakes::reset();
}

TEST_CASE("FIELD: a text that does not fit is cut") {
  fakes::reset();
  const std::string message(200, 'x');
  fakes::break_engine(message.c_str());
  CHECK(text_field(PLUMBLINE_FIELD_ENGINE_ERROR) == std::string(PLUMBLINE_TEXT_MAX, 'x'));
  fakes::reset();
}

TEST_CASE("WRITE, INVOKE, READ: one code through the model") {
  fakes::reset();
  CHECK(write_code(7).payload == little_endian(1, 4));
  const Message invoked = request(PLUMBLINE_REQUEST_INVOKE, with_crc({7}));
  CHECK(invoked.type == (PLUMBLINE_REQUEST_INVOKE | PLUMBLINE_REPLY));
  CHECK(from_little_endian(invoked.payload, 0, 4) == reference_crc32({7}));
  CHECK(from_little_endian(invoked.payload, 4, 4) == 19);     // a difference of 20, less the reading
  CHECK(from_little_endian(invoked.payload, 8, 4) == 20000);  // ns
  CHECK(request(PLUMBLINE_REQUEST_READ, {0, 0, 0, 0, 1}).payload == Bytes{0, 0, 0, 0, 7});
}

TEST_CASE("INVOKE: refuses an input that is not the announced one") {
  fakes::reset();
  (void)write_code(7);
  check_error(request(PLUMBLINE_REQUEST_INVOKE, with_crc({8})), PLUMBLINE_ERROR_BAD_CHECKSUM, PLUMBLINE_REQUEST_INVOKE);
  CHECK(fakes::invocations() == 0);
}

TEST_CASE("INVOKE: sent again because the reply was lost, it is answered the same and does not run again") {
  fakes::reset();
  (void)write_code(7);
  const Message first = request_with_sequence(500, PLUMBLINE_REQUEST_INVOKE, with_crc({7}));
  const Message again = request_with_sequence(500, PLUMBLINE_REQUEST_INVOKE, with_crc({7}));
  CHECK(again.type == first.type);
  CHECK(again.payload == first.payload);
  CHECK(fakes::invocations() == 1);
  // The same number with another input is another request.
  check_error(request_with_sequence(500, PLUMBLINE_REQUEST_INVOKE, with_crc({8})), PLUMBLINE_ERROR_BAD_CHECKSUM, PLUMBLINE_REQUEST_INVOKE);
  // This engine has overwritten its input: another INVOKE needs another WRITE.
  check_error(request_with_sequence(501, PLUMBLINE_REQUEST_INVOKE, with_crc({7})), PLUMBLINE_ERROR_BAD_CHECKSUM, PLUMBLINE_REQUEST_INVOKE);
  // Neither is an old answer given once something else has touched the tensors.
  (void)write_code(9);
  check_error(request_with_sequence(500, PLUMBLINE_REQUEST_INVOKE, with_crc({7})), PLUMBLINE_ERROR_BAD_CHECKSUM, PLUMBLINE_REQUEST_INVOKE);
  (void)request(PLUMBLINE_REQUEST_INVOKE, with_crc({9}));
  CHECK(fakes::invocations() == 2);
}

TEST_CASE("BATCH: every code, in order") {
  fakes::reset();
  Bytes codes;
  for (unsigned code = 0; code < PLUMBLINE_PAYLOAD_MAX - 8; code++) codes.push_back(static_cast<uint8_t>(code * 11));
  const Message reply = request(PLUMBLINE_REQUEST_BATCH, codes);
  CHECK(reply.type == (PLUMBLINE_REQUEST_BATCH | PLUMBLINE_REPLY));
  CHECK(from_little_endian(reply.payload, 0, 4) == 19);
  CHECK(from_little_endian(reply.payload, 4, 4) == 20000);
  CHECK(Bytes(reply.payload.begin() + 8, reply.payload.end()) == codes);
  codes.push_back(0);
  check_error(request(PLUMBLINE_REQUEST_BATCH, codes), PLUMBLINE_ERROR_BAD_LENGTH, PLUMBLINE_REQUEST_BATCH);
}

TEST_CASE("ASK: the codes and the number, or out of domain") {
  fakes::reset();
  const Message reply = ask(INT64_C(10000000000));
  CHECK(reply.type == (PLUMBLINE_REQUEST_ASK | PLUMBLINE_REPLY));
  CHECK(reply.payload.at(0) == 100);
  CHECK(reply.payload.at(1) == 100);
  CHECK(from_little_endian(reply.payload, 2, 8) == UINT64_C(21000000313));  // 105 * 13421773 / 2^26, rounded
  CHECK(from_little_endian(reply.payload, 10, 4) == 19);
  CHECK(from_little_endian(reply.payload, 14, 4) == 20000);
  CHECK(ask(INT64_C(-12800000000)).payload.at(0) == 0x80);
  CHECK(ask(INT64_C(12700000000)).payload.at(0) == 0x7F);
  for (const int64_t x : {INT64_C(12700000001), INT64_C(-12800000001), INT64_MAX, INT64_MIN}) {
    check_error(ask(x), PLUMBLINE_ERROR_OUT_OF_DOMAIN, PLUMBLINE_REQUEST_ASK);
  }
}

TEST_CASE("STATS: the counters, which count") {
  fakes::reset();
  const Message before = request(PLUMBLINE_REQUEST_STATS);
  feed(Bytes{0, 5, mark, 1, 1, 1, 0});
  const Message after = request(PLUMBLINE_REQUEST_STATS);
  CHECK(from_little_endian(after.payload, 0, 4) == 1234);
  CHECK(from_little_endian(after.payload, 4, 4) == from_little_endian(before.payload, 4, 4) + 1);
  CHECK(from_little_endian(after.payload, 8, 4) == from_little_endian(before.payload, 8, 4) + 1);
  CHECK(from_little_endian(after.payload, 12, 4) == 3);
  CHECK(from_little_endian(after.payload, 16, 4) == 500);
  CHECK(from_little_endian(after.payload, 20, 4) == 1024);
}

TEST_CASE("errors: unknown types, profiling that is not built in, another protocol version") {
  fakes::reset();
  for (const unsigned type : {0u, PLUMBLINE_REQUEST_PROFILE + 0u, 10u, 0x81u, 0xFFu}) {
    check_error(request(static_cast<uint8_t>(type)), PLUMBLINE_ERROR_UNKNOWN_TYPE, static_cast<uint8_t>(type));
  }
  (void)fakes::sent();
  feed(frame_of(PLUMBLINE_MARK | (PLUMBLINE_PROTOCOL_VERSION + 1), 42, PLUMBLINE_REQUEST_HELLO, {}));
  const std::vector<Message> replies = frames_in(fakes::sent());
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].mark == mark);
  CHECK(replies[0].sequence == 42);
  check_error(replies[0], PLUMBLINE_ERROR_WRONG_VERSION, PLUMBLINE_REQUEST_HELLO);
}

TEST_CASE("errors: every wrong length of every request") {
  fakes::reset();
  const struct {
    uint8_t type;
    size_t least, most;
  } lengths[] = {
      {PLUMBLINE_REQUEST_HELLO, 0, 0},  {PLUMBLINE_REQUEST_FIELD, 1, 1},
      {PLUMBLINE_REQUEST_WRITE, 5, 52}, {PLUMBLINE_REQUEST_INVOKE, 4, 4},
      {PLUMBLINE_REQUEST_READ, 5, 5},   {PLUMBLINE_REQUEST_BATCH, 1, PLUMBLINE_PAYLOAD_MAX - 8},
      {PLUMBLINE_REQUEST_ASK, 8, 8},    {PLUMBLINE_REQUEST_STATS, 0, 0},
  };
  for (const auto &each : lengths) {
    for (size_t length = 0; length <= PLUMBLINE_PAYLOAD_MAX; length++) {
      const Message reply = request(each.type, Bytes(length));
      const bool refused = reply.type == PLUMBLINE_ERROR_REPLY && reply.payload.at(0) == PLUMBLINE_ERROR_BAD_LENGTH;
      // A READ of no bytes has the right length of its own and the wrong one of its piece.
      const bool fits = length >= each.least && length <= each.most && each.type != PLUMBLINE_REQUEST_READ;
      CHECK_MESSAGE(refused == !fits, "type ", int{each.type}, " length ", length);
    }
  }
}

TEST_CASE("errors: an engine that fails, and one that never worked") {
  fakes::reset();
  fakes::fail_invoke(true);
  (void)write_code(7);
  check_error(request(PLUMBLINE_REQUEST_INVOKE, with_crc({7})), PLUMBLINE_ERROR_ENGINE_FAILED, PLUMBLINE_REQUEST_INVOKE);
  check_error(request(PLUMBLINE_REQUEST_BATCH, {1}), PLUMBLINE_ERROR_ENGINE_FAILED, PLUMBLINE_REQUEST_BATCH);
  check_error(ask(0), PLUMBLINE_ERROR_ENGINE_FAILED, PLUMBLINE_REQUEST_ASK);
  fakes::reset();
  fakes::break_engine("no memory");
  check_error(write_code(7), PLUMBLINE_ERROR_ENGINE_FAILED, PLUMBLINE_REQUEST_WRITE);
  check_error(request(PLUMBLINE_REQUEST_READ, {0, 0, 0, 0, 1}), PLUMBLINE_ERROR_ENGINE_FAILED, PLUMBLINE_REQUEST_READ);
  CHECK(request(PLUMBLINE_REQUEST_HELLO).type == (PLUMBLINE_REQUEST_HELLO | PLUMBLINE_REPLY));
  CHECK(text_field(PLUMBLINE_FIELD_ENGINE_ERROR) == "no memory");
  fakes::reset();
}

TEST_CASE("a host that takes nothing does not stop the board") {
  fakes::reset();
  fakes::refuse_writes(true);
  feed(frame_of(mark, 1, PLUMBLINE_REQUEST_HELLO, {}));
  fakes::refuse_writes(false);
  CHECK(request(PLUMBLINE_REQUEST_HELLO).type == (PLUMBLINE_REQUEST_HELLO | PLUMBLINE_REPLY));
}

TEST_CASE("fuzz: valid frames with any content, and any bytes, never break the board") {
  fakes::reset();
  std::mt19937 random(11);
  for (int round = 0; round < 20000; round++) {
    Bytes payload(random() % (PLUMBLINE_PAYLOAD_MAX + 1));
    for (uint8_t &byte : payload) byte = random() % 3 ? static_cast<uint8_t>(random() % 4) : static_cast<uint8_t>(random());
    const uint8_t any_mark = random() % 8 ? mark : static_cast<uint8_t>(PLUMBLINE_MARK | (random() % 16));
    const uint8_t type = random() % 8 ? static_cast<uint8_t>(random() % 10) : static_cast<uint8_t>(random());
    Bytes frame = frame_of(any_mark, static_cast<uint16_t>(random()), type, payload);
    if (random() % 4 == 0) frame[random() % frame.size()] = static_cast<uint8_t>(random());
    feed(frame);
    Bytes noise(random() % 20);
    for (uint8_t &byte : noise) byte = static_cast<uint8_t>(random());
    feed(noise);
    (void)fakes::sent();
    CHECK(request(PLUMBLINE_REQUEST_HELLO).payload.size() == 10);
  }
}
