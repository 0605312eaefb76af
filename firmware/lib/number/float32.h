// float32 numbers as they come over the line, four bytes each, little endian: their codes, and their distance from codes.
#ifndef FLOAT32_H
#define FLOAT32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { FLOAT32_BYTES = 4 };

// real = scale * (code - zero_point)
typedef struct {
  uint32_t scale_bits;  // the scale as float32, positive and finite
  int zero_point;       // -128 to 127
} float32_quantization;

// Whether the number is neither NaN nor infinite.
bool float32_is_finite(const uint8_t *bytes);

// round(x / scale) + zero_point, held to [-128, 127]. The quotient is rounded to float32, its ties go away from zero: as AffineQuantize in
// TensorFlow Lite Micro's quantize.h, bit for bit. Infinities become the end on their side, and so does what overflows; NaN becomes -128.
int8_t float32_quantize(const uint8_t *bytes, const float32_quantization *by);

// The mean over `count` (at least 1) numbers and as many codes of (scale * (code - zero_point) - x)^2.
// Computed in float64: what the codes stand for and x are exact there, no finite x overflows, and all terms are of one sign, so that the
// result is off by at most (count + 4) * 2^-53 of itself (count + 3 roundings, Higham's gamma). NaN or infinite where an x is.
double float32_distance(const uint8_t *bytes, const int8_t *codes, size_t count, const float32_quantization *by);

#ifdef __cplusplus
}
#endif

#endif
