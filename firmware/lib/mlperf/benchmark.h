// What MLPerf Tiny's runner calls the model, and which samples it loads for it (benchmark/runner in github.com/mlcommons/tiny).
//
// A build with -D PLUMBLINE_MLPERF_KWS, _VWW, _IC or _AD beside -D PLUMBLINE_MLPERF answers as that benchmark's model; one with none of them
// answers by its own name and takes codes.
#ifndef BENCHMARK_H
#define BENCHMARK_H

#include <plumbline_model.h>

#if defined PLUMBLINE_MLPERF && !PLUMBLINE_ONE_TO_ONE
#error "MLPerf Tiny's runner asks models of one int8 input and one int8 output"
#endif

#if defined PLUMBLINE_MLPERF_KWS
#define BENCHMARK_MODEL "kws01"
#elif defined PLUMBLINE_MLPERF_VWW
#define BENCHMARK_MODEL "vww01"
#define BENCHMARK_UNSIGNED 1
#elif defined PLUMBLINE_MLPERF_IC
#define BENCHMARK_MODEL "ic01"
#elif defined PLUMBLINE_MLPERF_AD
#define BENCHMARK_MODEL "ad01"
#define BENCHMARK_AUTOENCODER 1
#else
#define BENCHMARK_MODEL PLUMBLINE_MODEL_NAME
#endif

// Whether the samples are bytes from 0 to 255 in place of the codes from -128 to 127.
#ifndef BENCHMARK_UNSIGNED
#define BENCHMARK_UNSIGNED 0
#endif

// Whether the samples are float32 numbers, and the result is their mean squared distance from the output.
#ifndef BENCHMARK_AUTOENCODER
#define BENCHMARK_AUTOENCODER 0
#elif PLUMBLINE_INPUT_BYTES != PLUMBLINE_OUTPUT_BYTES
#error "ad, the autoencoder, has as many outputs as inputs"
#endif

#endif
