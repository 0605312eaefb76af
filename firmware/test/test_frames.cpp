// COBS and the frame receiver: round trips, hostile input, and finding back after noise.
#include <cobs.h>
#include <doctest/doctest.h>
#include <frame.h>

#include <algorithm>
#include <random>

#include "line.h"

namespace {

unsigned below(unsigned limit) {
  static std::mt19937 random(7);
  return static_cast<unsigned>(random() % limit);
}

Bytes random_bytes(size_t length, unsigned zeros_of_16) {
  Bytes bytes(length);
  for (uint8_t &byte : bytes) byte = below(16) < zeros_of_16 ? uint8_t{0} : static_cast<uint8_t>(below(256));
  return bytes;
}

struct Received {
  std::vector<Bytes> messages;
  Bytes text;
};

Received receive(frame_receiver &receiver, const Bytes &bytes) {
  Received received;
  for (const uint8_t byte : bytes) {
    const frame_event event = frame_take(&receiver, byte);
    const Bytes content(receiver.content, receiver.content + receiver.length);
    if (event == FRAME_MESSAGE) received.messages.push_back(content);
    if (event == FRAME_TEXT) received.text.insert(received.text.end(), content.begin(), content.end());
  }
  return received;
}

const uint8_t mark = PLUMBLINE_MARK | PLUMBLINE_PROTOCOL_VERSION;

}  // namespace

TEST_CASE("COBS: stuffing leaves no zero, is the definition's, and comes back") {
  for (size_t length = 0; length <= 253; length++) {
    for (unsigned zeros = 0; zeros <= 16; zeros += 4) {
      const Bytes data = random_bytes(length, zeros);
      Bytes bytes(length + 1);
      std::copy(data.begin(), data.end(), bytes.begin() + 1);
      cobs_stuff(bytes.data(), length);
      CHECK(bytes == reference_stuff(data));
      REQUIRE(cobs_unstuff(bytes.data(), length));
      CHECK(Bytes(bytes.begin() + 1, bytes.end()) == data);
    }
  }
}

TEST_CASE("COBS: hostile input is refused or opened, never read beyond its end") {
  for (int round = 0; round < 20000; round++) {
    Bytes bytes = random_bytes(1 + below(70), below(4));
    for (uint8_t &byte : bytes) byte = below(2) == 1 ? byte : static_cast<uint8_t>(byte % 8);
    const Bytes original = bytes;
    if (cobs_unstuff(bytes.data(), bytes.size() - 1)) {
      const Bytes data(bytes.begin() + 1, bytes.end());
      if (std::find(original.begin(), original.end(), 0) == original.end()) CHECK(reference_stuff(data) == original);
    }
  }
}

TEST_CASE("COBS: a distance that leads past the end, or of zero, is refused") {
  Bytes past = {3, 1};
  CHECK_FALSE(cobs_unstuff(past.data(), 1));
  Bytes zero = {1, 0, 1};
  CHECK_FALSE(cobs_unstuff(zero.data(), 2));
  Bytes short_of_end = {2, 5, 1, 4, 9};
  CHECK_FALSE(cobs_unstuff(short_of_end.data(), 4));
}

TEST_CASE("frames: what is sealed is what the definition says, and is received") {
  for (size_t length = 0; length <= PLUMBLINE_PAYLOAD_MAX; length++) {
    const Bytes payload = random_bytes(length, 4);
    Bytes message = {mark, 0x34, 0x12, 1};
    message.insert(message.end(), payload.begin(), payload.end());
    uint8_t frame[PLUMBLINE_FRAME_MAX];
    std::copy(message.begin(), message.end(), frame + FRAME_MESSAGE_AT);
    const size_t sealed = frame_seal(frame, message.size());
    REQUIRE(sealed <= PLUMBLINE_FRAME_MAX);
    CHECK(Bytes(frame, frame + sealed) == frame_of(mark, 0x1234, 1, payload));

    frame_receiver receiver = {};
    const Received received = receive(receiver, Bytes(frame, frame + sealed));
    REQUIRE(received.messages.size() == 1);
    CHECK(received.messages[0] == message);
    CHECK(received.text.empty());
    CHECK(receiver.frames == 1);
    CHECK(receiver.bad_frames == 0);
  }
}

TEST_CASE("frames: after any noise the next good frame is received") {
  for (int round = 0; round < 20000; round++) {
    frame_receiver receiver = {};
    Bytes line = random_bytes(below(150), below(5));
    if (round % 3 == 0) {  // the noise of a good frame that lost its middle, its beginning or its end
      line = frame_of(mark, 1, 2, random_bytes(below(PLUMBLINE_PAYLOAD_MAX), 3));
      const auto from = line.begin() + static_cast<long>(below(static_cast<unsigned>(line.size())));
      line.erase(from, from + static_cast<long>(1 + below(static_cast<unsigned>(line.end() - from))));
    }
    const Bytes good = frame_of(mark, 77, 5, random_bytes(below(PLUMBLINE_PAYLOAD_MAX + 1), 3));
    line.insert(line.end(), good.begin(), good.end());
    const Received received = receive(receiver, line);
    REQUIRE_FALSE(received.messages.empty());
    CHECK(received.messages.back()[1] == 77);
  }
}

TEST_CASE("frames: one changed byte is never a message, and is counted") {
  const Bytes good = frame_of(mark, 9, 3, random_bytes(40, 3));
  for (size_t at = 3; at + 1 < good.size(); at++) {  // behind the mark, whose change makes it text
    for (unsigned change = 1; change < 256; change++) {
      Bytes damaged = good;
      damaged[at] = static_cast<uint8_t>(damaged[at] ^ change);
      damaged.push_back(0);
      frame_receiver receiver = {};
      CHECK(receive(receiver, damaged).messages.empty());
      CHECK(receiver.bad_frames > 0);
    }
  }
}

TEST_CASE("frames: text between frames is text, and a delimiter ahead of it does no harm") {
  frame_receiver receiver = {};
  Bytes line = {'1', '0', '\n'};
  const Bytes frame = frame_of(mark, 1, 1, {});
  line.insert(line.end(), frame.begin(), frame.end());
  const Bytes more = {'2', '\n', 0, '1', '1', '\n'};
  line.insert(line.end(), more.begin(), more.end());
  const Received received = receive(receiver, line);
  CHECK(received.messages.size() == 1);
  const std::string expected = "10\n2\n11\n";
  CHECK(received.text == Bytes(expected.begin(), expected.end()));
  CHECK(receiver.bad_frames == 0);
}

TEST_CASE("frames: one character between two frames is no damaged frame") {
  frame_receiver receiver = {};
  Bytes line = frame_of(mark, 1, 1, {});
  line.push_back('x');
  const Bytes frame = frame_of(mark, 2, 1, {});
  line.insert(line.end(), frame.begin(), frame.end());
  CHECK(receive(receiver, line).messages.size() == 2);
  CHECK(receiver.bad_frames == 0);
}

TEST_CASE("frames: too long and too short are counted") {
  frame_receiver receiver = {};
  Bytes endless(500, 0xB1);
  endless[0] = 0;
  CHECK(receive(receiver, endless).messages.empty());
  CHECK(receiver.bad_frames == 1);
  CHECK(receive(receiver, frame_of(mark, 1, 1, {})).messages.size() == 1);

  for (size_t length = 1; length < PLUMBLINE_HEADER_BYTES; length++) {  // a right checksum does not make half a header a message
    uint8_t frame[PLUMBLINE_FRAME_MAX] = {0, 0, mark, 1, 2};
    const size_t sealed = frame_seal(frame, length);
    CHECK(receive(receiver, Bytes(frame, frame + sealed)).messages.empty());
  }
  CHECK(receiver.bad_frames == PLUMBLINE_HEADER_BYTES);

  CHECK(receive(receiver, {0, 2, 0xB1, 0}).messages.empty());
  CHECK(receiver.bad_frames == PLUMBLINE_HEADER_BYTES + 1);
  CHECK(receiver.frames == 1);
}
