// See sample.h. Empty in a build without PLUMBLINE_MLPERF, as mlperf.c is.
#ifdef PLUMBLINE_MLPERF
#include "sample.h"

#if BENCHMARK_AUTOENCODER

#include <engine.h>
#include <float32.h>
#include <say.h>
#include <stddef.h>
#include <string.h>

// In thousandths; so many more no 64 bits of 1e-9 can say.
static const double score_limit = 9223372036e3;
enum { NANO_PER_THOUSANDTH = 1000000 };

uint8_t sample_bytes[SAMPLE_BYTES];

static int8_t codes[PLUMBLINE_INPUT_BYTES];
static double thousandths = -1;  // the last score; below 0: there is none

bool sample_prepare(void) {
  static const float32_quantization input = {PLUMBLINE_INPUT_SCALE_BITS, PLUMBLINE_INPUT_ZERO_POINT};
  thousandths = -1;
  for (size_t i = 0; i < PLUMBLINE_INPUT_BYTES; i++) {
    const uint8_t *number = sample_bytes + i * FLOAT32_BYTES;
    if (!float32_is_finite(number)) {
      say("e-[The input holds a number that is NaN or infinite]\r\n");
      return false;
    }
    codes[i] = float32_quantize(number, &input);
  }
  return true;
}

void sample_give(void) { memcpy(engine_input(0), codes, sizeof codes); }

void sample_note(void) {
  static const float32_quantization output = {PLUMBLINE_OUTPUT_SCALE_BITS, PLUMBLINE_OUTPUT_ZERO_POINT};
  thousandths = 1000 * float32_distance(sample_bytes, engine_output(0), PLUMBLINE_OUTPUT_BYTES, &output);
}

void sample_say_results(void) {
  if (thousandths < 0) {
    say("e-[There is no result: nothing was inferred]\r\n");
  } else if (thousandths >= score_limit) {
    say("e-[The result exceeds 9223372035.999]\r\n");
  } else {
    say("m-results-[");
    say_number((int64_t)(thousandths + 0.5) * NANO_PER_THOUSANDTH, RESULT_DECIMALS, RESULT_DECIMALS);
    say("]\r\n");
  }
}

#endif
#endif
