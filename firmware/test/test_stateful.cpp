// A model with a state: whatever the line repeats, delays or reorders, the state advances once with each request of the host.
#include <doctest/doctest.h>
#include <plumbline_model.h>
#include <plumbline_wire.h>

#include <random>

#include "fakes.h"
#include "line.h"

namespace {

bool is_error(const Message &reply, uint8_t error) { return reply.type == PLUMBLINE_ERROR_REPLY && reply.payload.at(0) == error; }

Bytes crc(uint8_t code) { return little_endian(reference_crc32({code}), 4); }

Message write(uint16_t sequence, uint8_t code) { return request_with_sequence(sequence, PLUMBLINE_REQUEST_WRITE, {0, 0, 0, 0, code}); }

Message invoke(uint16_t sequence, uint8_t code) { return request_with_sequence(sequence, PLUMBLINE_REQUEST_INVOKE, crc(code)); }

Message batch(uint16_t sequence, const Bytes &codes) { return request_with_sequence(sequence, PLUMBLINE_REQUEST_BATCH, codes); }

Message ask(uint16_t sequence, int64_t x_nano) {
  return request_with_sequence(sequence, PLUMBLINE_REQUEST_ASK, little_endian(static_cast<uint64_t>(x_nano), 8));
}

uint8_t code_of(const Message &batched) {
  REQUIRE(batched.type == (PLUMBLINE_REQUEST_BATCH | PLUMBLINE_REPLY));
  return batched.payload.back();
}

// A board and a host that has just said HELLO under this number.
void begin(uint16_t sequence) {
  fakes::reset();
  CHECK(request_with_sequence(sequence, PLUMBLINE_REQUEST_HELLO, {}).type == (PLUMBLINE_REQUEST_HELLO | PLUMBLINE_REPLY));
}

uint8_t answer_of(fakes::Model &model, uint8_t code) { return static_cast<uint8_t>(model.answer({static_cast<int8_t>(code)}).at(0)); }

}  // namespace

TEST_CASE("the state advances with each inference, and RESET puts it to its beginning") {
  begin(0);
  fakes::Model model;
  for (uint16_t i = 1; i < 20; i++) CHECK(code_of(batch(i, {7})) == answer_of(model, 7));
  const Message reply = request_with_sequence(20, PLUMBLINE_REQUEST_RESET, {});
  CHECK(reply.type == (PLUMBLINE_REQUEST_RESET | PLUMBLINE_REPLY));
  CHECK(reply.payload.empty());
  CHECK(fakes::resets() == 1);
  model = fakes::Model();
  CHECK(code_of(batch(21, {7})) == answer_of(model, 7));
  CHECK(is_error(request_with_sequence(22, PLUMBLINE_REQUEST_RESET, {0}), PLUMBLINE_ERROR_BAD_LENGTH));
}

TEST_CASE("each request that is sent again gets the same reply and does not run again") {
  begin(100);
  (void)write(101, 7);
  const struct {
    uint16_t sequence;
    uint8_t type;
    Bytes payload;
  } requests[] = {
      {102, PLUMBLINE_REQUEST_INVOKE, crc(7)},
      {103, PLUMBLINE_REQUEST_BATCH, {1, 2, 3}},
      {104, PLUMBLINE_REQUEST_ASK, little_endian(10000000000u, 8)},
      {105, PLUMBLINE_REQUEST_RESET, {}},
  };
  for (const auto &each : requests) {
    const Message first = request_with_sequence(each.sequence, each.type, each.payload);
    CHECK(first.type == (each.type | PLUMBLINE_REPLY));
    const uint32_t runs = fakes::invocations(), resets = fakes::resets();
    for (int i = 0; i < 3; i++) {
      const Message again = request_with_sequence(each.sequence, each.type, each.payload);
      CHECK(again.type == first.type);
      CHECK(again.payload == first.payload);
    }
    CHECK(fakes::invocations() == runs);
    CHECK(fakes::resets() == resets);
  }
  CHECK(fakes::invocations() == 5);
  CHECK(fakes::resets() == 1);
}

TEST_CASE("an INVOKE that is sent again does not run again whatever came in between") {
  begin(10);
  (void)write(11, 7);
  const Message first = invoke(12, 7);
  CHECK(is_error(write(11, 7), PLUMBLINE_ERROR_OUT_OF_ORDER));
  (void)request_with_sequence(13, PLUMBLINE_REQUEST_READ, {0, 0, 0, 0, 1});
  (void)request_with_sequence(14, PLUMBLINE_REQUEST_STATS, {});
  CHECK(invoke(12, 7).payload == first.payload);
  (void)write(15, 9);  // of the next inference
  CHECK(invoke(12, 7).payload == first.payload);
  CHECK(fakes::invocations() == 1);
  CHECK(invoke(16, 9).type == (PLUMBLINE_REQUEST_INVOKE | PLUMBLINE_REPLY));
}

TEST_CASE("doubles that were overtaken are refused and change nothing") {
  begin(10);
  (void)write(11, 7);
  (void)invoke(12, 7);
  fakes::Model model;
  (void)answer_of(model, 7);
  CHECK(code_of(batch(13, {1})) == answer_of(model, 1));
  (void)request_with_sequence(14, PLUMBLINE_REQUEST_STATS, {});
  CHECK(is_error(write(11, 7), PLUMBLINE_ERROR_OUT_OF_ORDER));
  CHECK(is_error(invoke(12, 7), PLUMBLINE_ERROR_OUT_OF_ORDER));
  CHECK(is_error(ask(9, 0), PLUMBLINE_ERROR_OUT_OF_ORDER));
  CHECK(is_error(request_with_sequence(8, PLUMBLINE_REQUEST_RESET, {}), PLUMBLINE_ERROR_OUT_OF_ORDER));
  CHECK(is_error(batch(7, {1}), PLUMBLINE_ERROR_OUT_OF_ORDER));
  // What changes nothing is answered.
  CHECK(request_with_sequence(6, PLUMBLINE_REQUEST_READ, {0, 0, 0, 0, 1}).type == (PLUMBLINE_REQUEST_READ | PLUMBLINE_REPLY));
  CHECK(request_with_sequence(5, PLUMBLINE_REQUEST_FIELD, {PLUMBLINE_FIELD_BOARD}).type == (PLUMBLINE_REQUEST_FIELD | PLUMBLINE_REPLY));
  CHECK(fakes::resets() == 0);
  CHECK(code_of(batch(15, {2})) == answer_of(model, 2));
}

TEST_CASE("a refusal is the answer as well when its request is sent again") {
  begin(10);
  (void)write(11, 8);
  CHECK(is_error(invoke(12, 7), PLUMBLINE_ERROR_BAD_CHECKSUM));
  (void)write(12, 7);
  CHECK(is_error(invoke(12, 7), PLUMBLINE_ERROR_BAD_CHECKSUM));
  CHECK(fakes::invocations() == 0);
  CHECK(invoke(13, 7).type == (PLUMBLINE_REQUEST_INVOKE | PLUMBLINE_REPLY));
}

TEST_CASE("numbers run over") {
  begin(0xFFFD);
  fakes::Model model;
  for (const int sequence : {0xFFFE, 0xFFFF, 0, 1}) CHECK(code_of(batch(static_cast<uint16_t>(sequence), {5})) == answer_of(model, 5));
  CHECK(is_error(batch(0xFFFF, {5}), PLUMBLINE_ERROR_OUT_OF_ORDER));
  CHECK(code_of(batch(2, {5})) == answer_of(model, 5));
}

TEST_CASE("another host begins with HELLO, at any number") {
  begin(40000);
  (void)batch(40001, {5});
  CHECK(is_error(batch(39000, {5}), PLUMBLINE_ERROR_OUT_OF_ORDER));
  CHECK(request_with_sequence(20000, PLUMBLINE_REQUEST_HELLO, {}).type == (PLUMBLINE_REQUEST_HELLO | PLUMBLINE_REPLY));
  CHECK(request_with_sequence(20001, PLUMBLINE_REQUEST_RESET, {}).type == (PLUMBLINE_REQUEST_RESET | PLUMBLINE_REPLY));
  fakes::Model model;
  CHECK(code_of(batch(20002, {5})) == answer_of(model, 5));
}

TEST_CASE("an engine that fails to reset says so") {
  begin(1);
  fakes::fail_invoke(true);
  CHECK(is_error(request_with_sequence(2, PLUMBLINE_REQUEST_RESET, {}), PLUMBLINE_ERROR_ENGINE_FAILED));
  fakes::reset();
}

TEST_CASE("the console resets as well") {
  begin(1);
  (void)batch(2, {9});
  (void)fakes::sent();
  feed(std::string("reset\n"));
  CHECK(fakes::sent_text() == "The state is at its beginning.\r\n");
  CHECK(fakes::resets() == 1);
  feed(std::string("?\n"));
  CHECK(fakes::sent_text().find("reset puts") != std::string::npos);
}

TEST_CASE("any number of doubles, at once and late: the answers are those of a line without them") {
  std::mt19937 random(5);
  begin(0xF000);
  fakes::Model model;
  struct Sent {
    uint16_t sequence;
    uint8_t type;
    Bytes payload;
  };
  std::vector<Sent> past;
  uint16_t sequence = 0xF000;
  for (int round = 0; round < 3000; round++) {
    const uint8_t code = static_cast<uint8_t>(random());
    Sent next = {++sequence, PLUMBLINE_REQUEST_BATCH, {code}};
    uint8_t expected = 0;
    if (random() % 8 == 0) {
      next = {sequence, PLUMBLINE_REQUEST_RESET, {}};
      model = fakes::Model();
    } else if (random() % 3 == 0) {
      (void)write(sequence++, code);
      next = {sequence, PLUMBLINE_REQUEST_INVOKE, crc(code)};
      expected = answer_of(model, code);
    } else {
      expected = answer_of(model, code);
    }
    past.push_back(next);
    for (int copies = 1 + static_cast<int>(random() % 3); copies > 0; copies--) {
      const Message reply = request_with_sequence(next.sequence, next.type, next.payload);
      REQUIRE(reply.type == (next.type | PLUMBLINE_REPLY));
      if (next.type == PLUMBLINE_REQUEST_BATCH) CHECK(reply.payload.back() == expected);
      if (next.type == PLUMBLINE_REQUEST_INVOKE) CHECK(from_little_endian(reply.payload, 0, 4) == reference_crc32({expected}));
      if (random() % 2 == 0 && past.size() > 1) {
        const Sent &late = past[past.size() - 2 - random() % std::min<size_t>(past.size() - 1, 5)];
        CHECK(is_error(request_with_sequence(late.sequence, late.type, late.payload), PLUMBLINE_ERROR_OUT_OF_ORDER));
      }
    }
  }
}
