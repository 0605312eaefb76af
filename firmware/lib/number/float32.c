// See float32.h.
#include "float32.h"

#include <string.h>

static const int lowest = INT8_MIN, highest = INT8_MAX;

static uint32_t bits_at(const uint8_t *bytes) {
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static float float_of(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

bool float32_is_finite(const uint8_t *bytes) { return (bits_at(bytes) & 0x7F800000) != 0x7F800000; }

int8_t float32_quantize(const uint8_t *bytes, const float32_quantization *by) {
  // Held to the codes before it becomes an integer, which is undefined for what no integer can hold. NaN is not above anything.
  const float least = (float)(lowest - by->zero_point), most = (float)(highest - by->zero_point);
  float steps = float_of(bits_at(bytes)) / float_of(by->scale_bits);
  if (!(steps > least)) steps = least;
  if (steps > most) steps = most;
  int whole = (int)steps;
  const float rest = steps - (float)whole;  // exact, other than steps + 0.5f
  if (rest >= 0.5f) whole++;
  if (rest <= -0.5f) whole--;
  return (int8_t)(whole + by->zero_point);
}

double float32_distance(const uint8_t *bytes, const int8_t *codes, size_t count, const float32_quantization *by) {
  const double scale = (double)float_of(by->scale_bits);
  double sum = 0;
  for (size_t i = 0; i < count; i++) {
    const double off = scale * (codes[i] - by->zero_point) - (double)float_of(bits_at(bytes + i * FLOAT32_BYTES));
    sum += off * off;
  }
  return sum / (double)count;
}
