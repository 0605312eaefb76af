// Rows: the bytes of all inputs one after the other, and those of all outputs. That is what travels over the line; an engine may have its tensors
// anywhere.
#ifndef ROWS_H
#define ROWS_H

#include <plumbline_model.h>
#include <stddef.h>
#include <stdint.h>

#if PLUMBLINE_INPUTS == 1 && PLUMBLINE_OUTPUTS == 1

#include <engine.h>
#include <string.h>

#include "crc32.h"

// Part of a row, at most to its end, into the inputs.
static inline void rows_write(uint32_t offset, const uint8_t *bytes, size_t length) { memcpy(engine_input(0) + offset, bytes, length); }

// Part of a row, at most to its end, from the outputs.
static inline void rows_read(uint32_t offset, uint8_t *bytes, size_t length) { memcpy(bytes, engine_output(0) + offset, length); }

// CRC-32 over the row of inputs, and of outputs.
static inline uint32_t rows_input_crc32(void) { return crc32_add(0, engine_input(0), PLUMBLINE_INPUT_BYTES); }
static inline uint32_t rows_output_crc32(void) { return crc32_add(0, engine_output(0), PLUMBLINE_OUTPUT_BYTES); }

#else

#ifdef __cplusplus
extern "C" {
#endif

void rows_write(uint32_t offset, const uint8_t *bytes, size_t length);
void rows_read(uint32_t offset, uint8_t *bytes, size_t length);
uint32_t rows_input_crc32(void);
uint32_t rows_output_crc32(void);

#ifdef __cplusplus
}
#endif

#endif

#endif
