// The serial commands of MLPerf Tiny's runner, in a build with PLUMBLINE_MLPERF: benchmark/api in github.com/mlcommons/tiny.
//
// A command is text that ends with '%'. Each is answered with lines and then with "m-ready"; what is wrong with one is said as "e-[...]".
//   name           m-name-dut-[BOARD]
//   profile        m-profile-[FIRMWARE] and m-model-[MODEL]
//   timestamp      m-lap-us-MICROSECONDS
//   db load N      expects N bytes of input
//   db HEX         takes the next of them; m-load-done after the last
//   db print       what it took so far
//   infer N W      runs the model W times to warm up and N times between two timestamps, then as `results`
//   results        m-results-[Y,Y,...]: the last output as real numbers; of an autoencoder, whose input is loaded as float32, the mean squared
//                  distance between the two
#ifndef MLPERF_H
#define MLPERF_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// The longest command, without its '%'.
enum { MLPERF_COMMAND_MAX = 80 };

// Says that the runner may begin.
void mlperf_greet(void);

// Answers a command of `length` characters; a length above MLPERF_COMMAND_MAX is one that did not fit.
void mlperf_answer(const char *command, size_t length);

#ifdef __cplusplus
}
#endif

#endif
