// From a real number to its int8 code and back, exactly: real = scale * (code - zero point) in integers of 1e-9.
#ifndef QUANTIZATION_H
#define QUANTIZATION_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  uint32_t mantissa;  // scale = mantissa * 2^exponent; 1 to 2^24 - 1
  int exponent;
  int zero_point;  // -128 to 127
} quantization;

// round(nano / (1e9 * scale)) + zero_point, ties away from zero, held to [-128, 127].
int8_t quantize(int64_t nano, const quantization *by);

// round(1e9 * scale * (code - zero_point)), ties away from zero, held to what 64 bits can say.
int64_t dequantize(int8_t code, const quantization *by);

#ifdef __cplusplus
}
#endif

#endif
