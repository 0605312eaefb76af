// Frames on the serial line: 00 COBS(message crc32) 00, and what lies between them is text for the console.
//
// A message is the wire's header and payload.
#ifndef FRAME_H
#define FRAME_H

#include <plumbline_wire.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  FRAME_STUFFED_MAX = PLUMBLINE_FRAME_MAX - 2,  // without the delimiters
  FRAME_MESSAGE_AT = 2,                         // where a message lies in the frame to seal: after delimiter and overhead
};

typedef enum {
  FRAME_NOTHING,    // go on
  FRAME_TEXT,       // content[0 .. length) is no part of a frame
  FRAME_DELIMITER,  // the text so far is no line: a frame begins
  FRAME_MESSAGE,    // content[0 .. length) is a message whose checksum is right
} frame_event;

typedef struct {
  enum { FRAME_OUTSIDE, FRAME_INSIDE, FRAME_SKIPPING } state;
  uint8_t filled;
  uint8_t buffer[FRAME_STUFFED_MAX];
  const uint8_t *content;
  uint8_t length;
  uint32_t frames;      // whole and right
  uint32_t bad_frames;  // damaged, or too long
} frame_receiver;  // all zero at the start

// Takes one byte from the line. What the receiver's content points to is valid until the next byte.
frame_event frame_take(frame_receiver *receiver, uint8_t byte);

// Makes a frame of the message of `length` bytes that lies at frame + FRAME_MESSAGE_AT. Returns the frame's length.
size_t frame_seal(uint8_t frame[PLUMBLINE_FRAME_MAX], size_t length);

#ifdef __cplusplus
}
#endif

#endif
