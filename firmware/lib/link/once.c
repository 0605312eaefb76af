// See once.h.
#include "once.h"

#include <plumbline_model.h>

#if PLUMBLINE_STATEFUL

#include <bytes.h>
#include <stdbool.h>
#include <string.h>

#include "crc32.h"

enum { SEQUENCE_AT = 1, TYPE_AT = 3 };

static bool heard;       // any request yet
static uint16_t newest;  // sequence number of the newest one

// The reply to the request that ran last.
static struct {
  size_t length;  // 0: there is none
  uint16_t sequence;
  uint32_t request_crc32;  // over the message that it answers
  uint8_t reply[MESSAGE_MAX];
} kept;

// Whether a request does something that must not be done twice.
static bool runs(uint8_t type) {
  return type == PLUMBLINE_REQUEST_INVOKE || type == PLUMBLINE_REQUEST_BATCH || type == PLUMBLINE_REQUEST_ASK || type == PLUMBLINE_REQUEST_RESET;
}

once_order once_look(const uint8_t *message, size_t length, uint8_t reply[MESSAGE_MAX], size_t *replied) {
  const uint8_t type = message[TYPE_AT];
  const uint16_t sequence = get16(message + SEQUENCE_AT);
  // Numbers run over: one is lower when it is less than half a round behind.
  const bool late = heard && type != PLUMBLINE_REQUEST_HELLO && (uint16_t)(sequence - newest) > INT16_MAX;
  if (!late) newest = sequence;
  heard = true;
  if (runs(type) && kept.length > 0 && kept.sequence == sequence && kept.request_crc32 == crc32_add(0, message, length)) {
    memcpy(reply, kept.reply, kept.length);
    *replied = kept.length;
    return ONCE_AGAIN;
  }
  return late && (runs(type) || type == PLUMBLINE_REQUEST_WRITE) ? ONCE_LATE : ONCE_NEW;
}

void once_keep(const uint8_t *message, size_t length, const uint8_t *reply, size_t replied) {
  if (!runs(message[TYPE_AT])) return;
  kept.sequence = get16(message + SEQUENCE_AT);
  kept.request_crc32 = crc32_add(0, message, length);
  memcpy(kept.reply, reply, replied);
  kept.length = replied;
}

#endif
