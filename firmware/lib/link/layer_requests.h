// The requests WATCH and LAYER, in a build with PLUMBLINE_LAYERS: what one layer of the model gave.
#ifndef LAYER_REQUESTS_H
#define LAYER_REQUESTS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Each takes the payload of a request of the right length, and writes that of the reply and its length. Returns 0, or the error to report.
uint8_t answer_watch(const uint8_t *request, uint8_t *reply, size_t *length);
uint8_t answer_layer(const uint8_t *request, uint8_t *reply, size_t *length);

#ifdef __cplusplus
}
#endif

#endif
