// What MLPerf Tiny's runner loads for an inference and wants to hear of it: codes and the outputs as real numbers (sample_codes.c), or,
// of the benchmark's autoencoder, float32 numbers and how far the output is from them (sample_numbers.c).
#ifndef SAMPLE_H
#define SAMPLE_H

#include <plumbline_model.h>
#include <stdbool.h>
#include <stdint.h>

#include "benchmark.h"

enum {
  SAMPLE_BYTES = BENCHMARK_AUTOENCODER ? 4 * PLUMBLINE_INPUT_BYTES : PLUMBLINE_INPUT_BYTES,
  RESULT_DECIMALS = 3,  // at least
};

// The sample as it was loaded. An engine may use its own input's memory for something else while it runs.
extern uint8_t sample_bytes[SAMPLE_BYTES];

// Before the first of some inferences, outside of what is timed; false when the sample cannot be run, which has then been said.
bool sample_prepare(void);

// Before each inference: writes the engine's input.
void sample_give(void);

// After the last one, outside of what is timed: takes note of the engine's output.
void sample_note(void);

// "m-results-[...]".
void sample_say_results(void);

#endif
