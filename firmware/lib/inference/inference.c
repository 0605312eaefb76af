// See inference.h.
#include "inference.h"

#include <board.h>
#include <engine.h>
#include <plumbline_model.h>
#include <quantization.h>

bool inference_run(inference_cost *cost) {
  if (engine_error()[0]) return false;
  board_feed();
#ifdef PLUMBLINE_PROFILE
  board_counter_align();
#endif
  const uint32_t start = board_counter();
  const bool done = engine_invoke();
  const uint32_t difference = board_counter() - start;
  cost->count = board_counter_count(difference);
  cost->time_ns = board_counter_ns(difference);
  return done;
}

#if PLUMBLINE_ONE_TO_ONE
inference_status inference_ask(int64_t x_nano, inference_answer *answer) {
  static const quantization input = {PLUMBLINE_INPUT_SCALE_MANTISSA, PLUMBLINE_INPUT_SCALE_EXPONENT, PLUMBLINE_INPUT_ZERO_POINT};
  static const quantization output = {PLUMBLINE_OUTPUT_SCALE_MANTISSA, PLUMBLINE_OUTPUT_SCALE_EXPONENT, PLUMBLINE_OUTPUT_ZERO_POINT};
  if (PLUMBLINE_INPUT_BYTES != 1 || PLUMBLINE_OUTPUT_BYTES != 1) return INFERENCE_NOT_SCALAR;
  if (x_nano < PLUMBLINE_DOMAIN_LOW_NANO || x_nano > PLUMBLINE_DOMAIN_HIGH_NANO) return INFERENCE_OUT_OF_DOMAIN;
  if (engine_error()[0]) return INFERENCE_FAILED;
  const int8_t code = quantize(x_nano, &input);
  engine_input(0)[0] = code;
  inference_cost cost;
  if (!inference_run(&cost)) return INFERENCE_FAILED;
  answer->input_code = code;
  answer->output_code = engine_output(0)[0];
  answer->y_nano = dequantize(answer->output_code, &output);
  answer->cost = cost;
  return INFERENCE_DONE;
}
#else
inference_status inference_ask(int64_t x_nano, inference_answer *answer) {
  (void)x_nano;
  (void)answer;
  return INFERENCE_NOT_SCALAR;
}
#endif
