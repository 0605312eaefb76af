// See rows.h. A piece may begin in one tensor and end in another.
#include "rows.h"

#if PLUMBLINE_INPUTS > 1 || PLUMBLINE_OUTPUTS > 1

#include <ends.h>
#include <engine.h>
#include <string.h>

#include "crc32.h"

// The tensor in which a byte of a row lies; `*offset` becomes the byte's place within it.
static uint32_t tensor_at(const model_end *ends, uint32_t *offset) {
  uint32_t number = 0;
  while (*offset >= ends[number].bytes) *offset -= ends[number++].bytes;
  return number;
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

void rows_write(uint32_t offset, const uint8_t *bytes, size_t length) {
  for (size_t done = 0, part; done < length; done += part) {
    uint32_t at = offset + (uint32_t)done;
    const uint32_t number = tensor_at(model_inputs, &at);
    part = least(length - done, model_inputs[number].bytes - at);
    memcpy(engine_input(number) + at, bytes + done, part);
  }
}

void rows_read(uint32_t offset, uint8_t *bytes, size_t length) {
  for (size_t done = 0, part; done < length; done += part) {
    uint32_t at = offset + (uint32_t)done;
    const uint32_t number = tensor_at(model_outputs, &at);
    part = least(length - done, model_outputs[number].bytes - at);
    memcpy(bytes + done, engine_output(number) + at, part);
  }
}

uint32_t rows_input_crc32(void) {
  uint32_t crc = 0;
  for (uint32_t number = 0; number < PLUMBLINE_INPUTS; number++) crc = crc32_add(crc, engine_input(number), model_inputs[number].bytes);
  return crc;
}

uint32_t rows_output_crc32(void) {
  uint32_t crc = 0;
  for (uint32_t number = 0; number < PLUMBLINE_OUTPUTS; number++) crc = crc32_add(crc, engine_output(number), model_outputs[number].bytes);
  return crc;
}

#endif
