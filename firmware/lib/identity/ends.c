// See ends.h.
#include "ends.h"

#include <bytes.h>
#include <plumbline_wire.h>
#include <stdbool.h>

const model_end model_inputs[PLUMBLINE_INPUTS] = {PLUMBLINE_INPUT_ENDS};
const model_end model_outputs[PLUMBLINE_OUTPUTS] = {PLUMBLINE_OUTPUT_ENDS};

size_t end_told(uint8_t direction, uint16_t number, uint8_t *payload) {
  const bool input = direction == PLUMBLINE_DIRECTION_INPUT;
  const uint16_t ends = input ? PLUMBLINE_INPUTS : PLUMBLINE_OUTPUTS;
  if (direction > PLUMBLINE_DIRECTION_OUTPUT || number >= ends) return 0;
  const model_end *const end = input ? &model_inputs[number] : &model_outputs[number];
  put16(payload + PLUMBLINE_END_REPLY_ENDS_OFFSET, ends);
  payload[PLUMBLINE_END_REPLY_TYPE_OFFSET] = end->type;
  put32(payload + PLUMBLINE_END_REPLY_ELEMENTS_OFFSET, end->elements);
  put32(payload + PLUMBLINE_END_REPLY_SCALE_BITS_OFFSET, end->scale_bits);
  put32(payload + PLUMBLINE_END_REPLY_ZERO_POINT_OFFSET, (uint32_t)end->zero_point);
  size_t length = PLUMBLINE_END_REPLY_BYTES;
  for (const char *name = end->name; *name; name++) payload[length++] = (uint8_t)*name;
  return length;
}
