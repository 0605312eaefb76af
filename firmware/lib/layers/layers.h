// What one layer of the model gave in the last inference, in a build with PLUMBLINE_LAYERS: a host finds with it where a wrong answer begins.
//
// An engine that can tell its layers calls layers_told() behind each of them. One that cannot does without; its answers are verified all the same.
// Other builds hold nothing of this.
#ifndef PLUMBLINE_LAYERS_H
#define PLUMBLINE_LAYERS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Bytes that are kept of a layer's output. A larger one is asked for in several inferences.
#ifndef PLUMBLINE_LAYERS_ROOM
#define PLUMBLINE_LAYERS_ROOM 256
#endif

// Called by the engine when a layer has run, before its output is overwritten. `layer` counts the operators of model.tflite in execution order from 0,
// `output` the outputs of that operator; layers that the engine does not compute one by one are left out. May be called in any order.
void layers_told(uint32_t layer, uint32_t output, const void *data, uint32_t bytes);

// From the next inference on keeps this layer's output from its byte `offset` on. Watching the same again changes nothing.
void layers_watch(uint32_t layer, uint32_t output, uint32_t offset);

// Bytes of the watched output, 0 when the engine has not told of it since it was watched; `*crc32` is over all of them.
uint32_t layers_seen(uint32_t *crc32);

// The watched bytes from `offset` on, counted from where watching begins; `length` or fewer. Returns how many.
size_t layers_read(uint32_t offset, uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif

#endif
