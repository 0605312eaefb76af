// The ends of the model, its inputs and outputs in the order of its signature, as plumbline_model.h lists them.
#ifndef ENDS_H
#define ENDS_H

#include <plumbline_model.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  uint8_t type;  // PLUMBLINE_TYPE_...
  uint32_t bytes;
  uint32_t elements;
  uint32_t scale_bits;  // of a float32; 0: it is not quantized
  int32_t zero_point;
  const char *name;  // at most PLUMBLINE_NAME_MAX bytes
  const char *text;  // for a person: name, type, shape, and what a code stands for
} model_end;

// Writes what END answers, the wire's payload; its length, or 0 when there is no such tensor.
size_t end_told(uint8_t direction, uint16_t number, uint8_t *payload);

extern const model_end model_inputs[PLUMBLINE_INPUTS];
extern const model_end model_outputs[PLUMBLINE_OUTPUTS];

#ifdef __cplusplus
}
#endif

#endif
