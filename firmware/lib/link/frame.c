// See frame.h.
#include "frame.h"

#include <stdbool.h>

#include <bytes.h>
#include "cobs.h"
#include "crc32.h"

enum { MARK_MASK = 0xF0 };

// Unstuffs what has been collected, `length` bytes behind the byte of overhead, and checks it.
static bool open_frame(frame_receiver *receiver, size_t length) {
  if (length < PLUMBLINE_HEADER_BYTES + PLUMBLINE_CRC_BYTES || !cobs_unstuff(receiver->buffer, length)) return false;
  receiver->content = receiver->buffer + 1;
  receiver->length = (uint8_t)(length - PLUMBLINE_CRC_BYTES);
  return crc32_add(0, receiver->content, receiver->length) == get32(receiver->content + receiver->length);
}

static frame_event text(frame_receiver *receiver) {
  receiver->state = FRAME_OUTSIDE;
  receiver->content = receiver->buffer;
  receiver->length = receiver->filled;
  return FRAME_TEXT;
}

// Stays inside: this delimiter may be the first of the next frame, behind noise or behind a frame whose last byte was lost.
static frame_event end_of_frame(frame_receiver *receiver) {
  const size_t filled = receiver->filled;
  receiver->filled = 0;
  // Two delimiters in a row, or one character typed between two frames, which is no line: this delimiter ends it.
  if (filled < 2) return FRAME_NOTHING;
  if (!open_frame(receiver, filled - 1)) {
    receiver->bad_frames++;
    return FRAME_NOTHING;
  }
  receiver->frames++;
  return FRAME_MESSAGE;
}

frame_event frame_take(frame_receiver *receiver, uint8_t byte) {
  if (byte == 0 && receiver->state == FRAME_INSIDE) return end_of_frame(receiver);
  if (byte == 0) {
    receiver->state = FRAME_INSIDE;
    receiver->filled = 0;
    return FRAME_DELIMITER;
  }
  switch (receiver->state) {
    case FRAME_OUTSIDE:
      receiver->buffer[0] = byte;
      receiver->filled = 1;
      return text(receiver);
    case FRAME_INSIDE:
      if (receiver->filled == FRAME_STUFFED_MAX) {
        receiver->bad_frames++;
        receiver->state = FRAME_SKIPPING;
        return FRAME_NOTHING;
      }
      receiver->buffer[receiver->filled++] = byte;
      // A header never begins with a zero, so its first byte stands here as it is.
      if (receiver->filled == 2 && (byte & MARK_MASK) != PLUMBLINE_MARK) return text(receiver);
      return FRAME_NOTHING;
    case FRAME_SKIPPING:
      break;
  }
  return FRAME_NOTHING;
}

size_t frame_seal(uint8_t frame[PLUMBLINE_FRAME_MAX], size_t length) {
  uint8_t *const message = frame + FRAME_MESSAGE_AT;
  put32(message + length, crc32_add(0, message, length));
  const size_t checked = length + PLUMBLINE_CRC_BYTES;
  cobs_stuff(message - 1, checked);
  frame[0] = 0;
  message[checked] = 0;
  return FRAME_MESSAGE_AT + checked + 1;
}
