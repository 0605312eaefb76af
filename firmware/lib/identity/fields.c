// See fields.h.
#include "fields.h"

#include <board.h>
#include <engine.h>
#include <plumbline_model.h>
#include <plumbline_wire.h>

#include <bytes.h>

#if __has_include(<plumbline_build.h>)
#include <plumbline_build.h>
#endif
#ifndef PLUMBLINE_BUILD
#define PLUMBLINE_BUILD "unknown"
#endif

enum { DIGEST_BYTES = 32 };

const char *field_build(void) { return PLUMBLINE_BUILD; }

// A text that is too long is cut.
static size_t put_text(uint8_t *value, const char *text) {
  size_t length = 0;
  for (; length < PLUMBLINE_TEXT_MAX && text[length]; length++) value[length] = (uint8_t)text[length];
  return length;
}

static size_t put_word(uint8_t *value, uint32_t word) {
  put32(value, word);
  return sizeof word;
}

bool field_value(uint8_t field, uint8_t *value, size_t *length) {
  switch (field) {
    case PLUMBLINE_FIELD_BOARD:
      *length = put_text(value, board_name());
      return true;
    case PLUMBLINE_FIELD_ENGINE:
      *length = put_text(value, engine_name());
      return true;
    case PLUMBLINE_FIELD_BUILD:
      *length = put_text(value, field_build());
      return true;
    case PLUMBLINE_FIELD_MODEL:
      *length = put_text(value, PLUMBLINE_MODEL_NAME);
      return true;
    case PLUMBLINE_FIELD_MODEL_SHA256:
      engine_model_sha256(value);
      *length = DIGEST_BYTES;
      return true;
    case PLUMBLINE_FIELD_CONSTANTS_SHA256:
      *length = engine_constants_sha256(value) ? DIGEST_BYTES : 0;
      return true;
#if PLUMBLINE_ONE_TO_ONE
    case PLUMBLINE_FIELD_INPUT_SCALE:
      *length = put_word(value, PLUMBLINE_INPUT_SCALE_BITS);
      return true;
    case PLUMBLINE_FIELD_INPUT_ZERO_POINT:
      *length = put_word(value, (uint32_t)PLUMBLINE_INPUT_ZERO_POINT);
      return true;
    case PLUMBLINE_FIELD_OUTPUT_SCALE:
      *length = put_word(value, PLUMBLINE_OUTPUT_SCALE_BITS);
      return true;
    case PLUMBLINE_FIELD_OUTPUT_ZERO_POINT:
      *length = put_word(value, (uint32_t)PLUMBLINE_OUTPUT_ZERO_POINT);
      return true;
#endif
    case PLUMBLINE_FIELD_DOMAIN_NANO:
      put64(value, (uint64_t)PLUMBLINE_DOMAIN_LOW_NANO);
      put64(value + 8, (uint64_t)PLUMBLINE_DOMAIN_HIGH_NANO);
      *length = 16;
      return true;
    case PLUMBLINE_FIELD_ARENA_USED:
      *length = put_word(value, engine_arena_used());
      return true;
    case PLUMBLINE_FIELD_CLOCK_HZ:
      *length = put_word(value, board_clock_hz());
      return true;
    case PLUMBLINE_FIELD_UNIT:
      *length = put_text(value, board_counter_unit());
      return true;
    case PLUMBLINE_FIELD_ENGINE_ERROR:
      *length = put_text(value, engine_error());
      return true;
    case PLUMBLINE_FIELD_LAST_RESET:
      *length = put_text(value, board_last_reset());
      return true;
    default:
      return false;
  }
}
