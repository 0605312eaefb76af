// See sample.h. Empty in a build without PLUMBLINE_MLPERF, as mlperf.c is.
#ifdef PLUMBLINE_MLPERF
#include "sample.h"

#if PLUMBLINE_ONE_TO_ONE && !BENCHMARK_AUTOENCODER  // a build for another model has no use for this, but compiles it

#include <engine.h>
#include <quantization.h>
#include <say.h>
#include <stddef.h>

uint8_t sample_bytes[SAMPLE_BYTES];

bool sample_prepare(void) { return true; }

void sample_give(void) {
  // The runner's images are bytes from 0 to 255, for codes from -128 to 127.
  for (size_t i = 0; i < PLUMBLINE_INPUT_BYTES; i++) engine_input(0)[i] = (int8_t)(sample_bytes[i] ^ (BENCHMARK_UNSIGNED ? 0x80 : 0));
}

void sample_note(void) {}

void sample_say_results(void) {
  static const quantization output = {PLUMBLINE_OUTPUT_SCALE_MANTISSA, PLUMBLINE_OUTPUT_SCALE_EXPONENT, PLUMBLINE_OUTPUT_ZERO_POINT};
  const unsigned decimals = PLUMBLINE_OUTPUT_DECIMALS > RESULT_DECIMALS ? PLUMBLINE_OUTPUT_DECIMALS : RESULT_DECIMALS;
  say("m-results-[");
  for (size_t i = 0; i < PLUMBLINE_OUTPUT_BYTES; i++) {
    if (i > 0) say(",");
    say_number(dequantize(engine_output(0)[i], &output), RESULT_DECIMALS, decimals);
  }
  say("]\r\n");
}

#endif
#endif
