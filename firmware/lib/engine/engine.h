// What runs the model. Each engine (TensorFlow Lite Micro, compiled C) is a library that implements these functions.
#ifndef PLUMBLINE_ENGINE_H
#define PLUMBLINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Prepares the model; false when that failed, and engine_error() then says why.
bool engine_begin(void);

// Short name: "tflm" and "compiled" are the host's own, any other is of an engine that it does not know.
const char *engine_name(void);

// Why the engine does not work, or "" while it does.
const char *engine_error(void);

// The bytes of an input tensor, `number` from 0 to below PLUMBLINE_INPUTS; the caller writes all of them before engine_invoke().
// An engine may use this memory for other tensors during engine_invoke().
int8_t *engine_input(uint32_t number);

// The bytes of an output tensor, `number` below PLUMBLINE_OUTPUTS, valid after engine_invoke() returned true and until an input is written.
const int8_t *engine_output(uint32_t number);

// Runs the model once; false when that failed. The state of a stateful model (PLUMBLINE_STATEFUL) advances with it.
// In a build with PLUMBLINE_LAYERS an engine that can calls layers_told() (layers.h) behind each layer.
bool engine_invoke(void);

// Puts the state of a stateful model to its beginning, as engine_begin() does; false when that failed.
bool engine_reset(void);

// Bytes of the arena in use; 0 for an engine without one.
uint32_t engine_arena_used(void);

// SHA-256 of the flatbuffer: computed over the array this engine runs, or the one its code was compiled from.
void engine_model_sha256(uint8_t digest[32]);

// SHA-256 computed over the constants this engine runs; false (digest untouched) for an engine that runs the flatbuffer itself.
bool engine_constants_sha256(uint8_t digest[32]);

#ifdef __cplusplus
}
#endif

#endif
