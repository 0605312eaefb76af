// The host's end of the line for the native tests, written apart from the firmware's frames and checksums.
#ifndef LINE_H
#define LINE_H

#include <cstdint>
#include <string>
#include <vector>

using Bytes = std::vector<uint8_t>;

struct Message {
  uint8_t mark;
  uint16_t sequence;
  uint8_t type;
  Bytes payload;
};

// CRC-32/ISO-HDLC, bit by bit after its definition.
uint32_t reference_crc32(const Bytes &bytes);

// COBS by its definition: each run between zeros behind its length plus one.
Bytes reference_stuff(const Bytes &bytes);

Bytes little_endian(uint64_t value, unsigned bytes);
uint64_t from_little_endian(const Bytes &bytes, size_t at, unsigned count);

// Delimiters included. `mark` is the first byte of the header.
Bytes frame_of(uint8_t mark, uint16_t sequence, uint8_t type, const Bytes &payload);

// Every frame in what the board sent; fails the test when one is damaged or too long.
std::vector<Message> frames_in(const Bytes &sent);

// Sends bytes to the firmware's link.
void feed(const Bytes &bytes);
void feed(const std::string &text);

// Sends one request and returns the one reply, whose sequence number and mark have been checked.
Message request(uint8_t type, const Bytes &payload = {});
Message request_with_sequence(uint16_t sequence, uint8_t type, const Bytes &payload);

#endif
