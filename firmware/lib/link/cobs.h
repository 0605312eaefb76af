// Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999) in place, for up to 253 bytes: one byte of overhead.
//
// `bytes[0]` is the byte of overhead and `bytes[1 .. length]` the data: each zero becomes the distance to the next one, so that
// stuffing changes no other byte and moves none.
#ifndef COBS_H
#define COBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Removes the zeros from bytes[0 .. length].
void cobs_stuff(uint8_t *bytes, size_t length);

// Puts the zeros back; false when the distances do not end at the end of bytes[0 .. length], which are then spoilt.
bool cobs_unstuff(uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif

#endif
