// See quantization.h.
#include "quantization.h"

static const uint64_t one = 1000000000u;

// ceil(value * 2^exponent) for a positive value, or UINT64_MAX where that is larger.
static uint64_t times_power_of_two(uint64_t value, int exponent) {
  if (exponent >= 64) return UINT64_MAX;
  if (exponent >= 0) return value > UINT64_MAX >> exponent ? UINT64_MAX : value << exponent;
  if (exponent <= -64) return 1;
  const uint64_t floor = value >> -exponent;
  return floor << -exponent == value ? floor : floor + 1;
}

int8_t quantize(int64_t nano, const quantization *by) {
  const uint64_t distance = nano < 0 ? 0 - (uint64_t)nano : (uint64_t)nano;
  // x is n steps from zero when |x| reaches 2n - 1 half steps (ties go away from zero). Looking for n needs no division, and no
  // product longer than 64 bits. More than the 255 steps between the ends of the codes need not be told apart.
  const uint64_t half_step = one * by->mantissa;  // times 2^(exponent - 1)
  int steps = 0;
  for (int bit = 128; bit > 0; bit /= 2) {
    const int tried = steps + bit;
    if (distance >= times_power_of_two((uint64_t)(2 * tried - 1) * half_step, by->exponent - 1)) steps = tried;
  }
  const int code = by->zero_point + (nano < 0 ? -steps : steps);
  return (int8_t)(code < INT8_MIN ? INT8_MIN : code > INT8_MAX ? INT8_MAX : code);
}

int64_t dequantize(int8_t code, const quantization *by) {
  const int steps = code - by->zero_point;
  const uint64_t product = (uint64_t)(steps < 0 ? -steps : steps) * one * by->mantissa;  // below 2^62
  uint64_t nano;
  if (product == 0 || by->exponent <= -64) {
    nano = 0;
  } else if (by->exponent < 0) {
    nano = (product + (UINT64_C(1) << (-by->exponent - 1))) >> -by->exponent;
  } else {
    nano = times_power_of_two(product, by->exponent);
    if (nano > INT64_MAX) nano = INT64_MAX;
  }
  return steps < 0 ? -(int64_t)nano : (int64_t)nano;
}
