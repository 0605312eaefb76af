// One inference with what it cost, and one real number through the model: quantize, run, dequantize.
#ifndef INFERENCE_H
#define INFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  uint32_t count;    // in board_counter_unit()
  uint32_t time_ns;  // UINT32_MAX where it does not fit
} inference_cost;

// Runs the model on what its inputs hold; false when the engine failed.
bool inference_run(inference_cost *cost);

typedef enum { INFERENCE_DONE, INFERENCE_OUT_OF_DOMAIN, INFERENCE_NOT_SCALAR, INFERENCE_FAILED } inference_status;

typedef struct {
  int8_t input_code;
  int8_t output_code;
  int64_t y_nano;  // in 1e-9
  inference_cost cost;
} inference_answer;

// x in 1e-9. An x outside the model's declared domain is refused, not clamped; *answer is written on INFERENCE_DONE only.
inference_status inference_ask(int64_t x_nano, inference_answer *answer);

#ifdef __cplusplus
}
#endif

#endif
