// See line.h.
#include "line.h"

#include <doctest/doctest.h>
#include <plumbline_wire.h>
#include <serial_link.h>

#include "fakes.h"

uint32_t reference_crc32(const Bytes &bytes) {
  uint32_t crc = 0xFFFFFFFFu;
  for (const uint8_t byte : bytes) {
    for (unsigned bit = 0; bit < 8; bit++) {
      const bool carry = ((crc ^ static_cast<uint32_t>(byte >> bit)) & 1u) != 0;
      crc = (crc >> 1) ^ (carry ? 0xEDB88320u : 0u);
    }
  }
  return ~crc;
}

Bytes reference_stuff(const Bytes &bytes) {
  Bytes stuffed, run;
  for (const uint8_t byte : bytes) {
    if (byte != 0) {
      run.push_back(byte);
      continue;
    }
    stuffed.push_back(static_cast<uint8_t>(run.size() + 1));
    stuffed.insert(stuffed.end(), run.begin(), run.end());
    run.clear();
  }
  stuffed.push_back(static_cast<uint8_t>(run.size() + 1));
  stuffed.insert(stuffed.end(), run.begin(), run.end());
  return stuffed;
}

Bytes little_endian(uint64_t value, unsigned bytes) {
  Bytes result;
  for (unsigned i = 0; i < bytes; i++) result.push_back(static_cast<uint8_t>(value >> (8 * i)));
  return result;
}

uint64_t from_little_endian(const Bytes &bytes, size_t at, unsigned count) {
  uint64_t value = 0;
  for (unsigned i = 0; i < count; i++) value |= static_cast<uint64_t>(bytes.at(at + i)) << (8 * i);
  return value;
}

Bytes frame_of(uint8_t mark, uint16_t sequence, uint8_t type, const Bytes &payload) {
  Bytes message = {mark, static_cast<uint8_t>(sequence), static_cast<uint8_t>(sequence >> 8), type};
  message.insert(message.end(), payload.begin(), payload.end());
  const Bytes crc = little_endian(reference_crc32(message), 4);
  message.insert(message.end(), crc.begin(), crc.end());
  Bytes frame = {0};
  const Bytes stuffed = reference_stuff(message);
  frame.insert(frame.end(), stuffed.begin(), stuffed.end());
  frame.push_back(0);
  return frame;
}

static Message opened(const Bytes &stuffed) {
  Bytes message;
  for (size_t at = 0; at < stuffed.size();) {
    const size_t next = at + stuffed[at];
    REQUIRE(next <= stuffed.size());
    message.insert(message.end(), stuffed.begin() + static_cast<long>(at) + 1, stuffed.begin() + static_cast<long>(next));
    if (next < stuffed.size()) message.push_back(0);
    at = next;
  }
  REQUIRE(message.size() >= PLUMBLINE_HEADER_BYTES + PLUMBLINE_CRC_BYTES);
  const Bytes checked(message.begin(), message.end() - PLUMBLINE_CRC_BYTES);
  REQUIRE(reference_crc32(checked) == from_little_endian(message, checked.size(), 4));
  return {checked[0], static_cast<uint16_t>(from_little_endian(checked, 1, 2)), checked[3], Bytes(checked.begin() + 4, checked.end())};
}

std::vector<Message> frames_in(const Bytes &sent) {
  std::vector<Message> frames;
  Bytes inside;
  bool open = false;
  for (const uint8_t byte : sent) {
    if (byte != 0) {
      if (open) inside.push_back(byte);
      continue;
    }
    if (open) {
      REQUIRE(inside.size() + 2 <= PLUMBLINE_FRAME_MAX);
      frames.push_back(opened(inside));
      inside.clear();
    }
    open = !open;
  }
  REQUIRE_FALSE(open);
  return frames;
}

void feed(const Bytes &bytes) {
  for (const uint8_t byte : bytes) serial_link_take(byte);
}

void feed(const std::string &text) { feed(Bytes(text.begin(), text.end())); }

Message request_with_sequence(uint16_t sequence, uint8_t type, const Bytes &payload) {
  (void)fakes::sent();
  feed(frame_of(PLUMBLINE_MARK | PLUMBLINE_PROTOCOL_VERSION, sequence, type, payload));
  const std::vector<Message> replies = frames_in(fakes::sent());
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].mark == (PLUMBLINE_MARK | PLUMBLINE_PROTOCOL_VERSION));
  CHECK(replies[0].sequence == sequence);
  return replies[0];
}

Message request(uint8_t type, const Bytes &payload) {
  static uint16_t sequence = 0xFFF0;  // runs over during the tests
  return request_with_sequence(sequence++, type, payload);
}
