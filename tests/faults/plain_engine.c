// An engine of plain loops behind plumbline/engine.h: eleven kernels for the network in network.h (harness_network.py), each as TensorFlow Lite Micro's
// reference kernel. A build with -DFAULT_... has one mistake in one kernel, of those that are made in real ones.
#include "network.h"
#include <plumbline/harness.h>
#include <string.h>

#include "plain_engine.h"

enum { SIDE = 6, WIDE = 8, DEEP = 4, HALF = 3, CLASSES = 5 };

static int8_t tensors[LAYERS + 1][256];  // the input, then what each layer gives

int8_t *tensor(int number) { return tensors[number]; }

static int32_t clamped(int32_t code) { return code < -128 ? -128 : code > 127 ? 127 : code; }

// value * mantissa * 2^(shift - 31), rounded after the multiplication and after the shift.
static int32_t scaled(int32_t value, multiplier by) {
  const int32_t left = by.shift > 0 ? by.shift : 0, right = by.shift > 0 ? 0 : -by.shift;
  const int64_t product = (int64_t)value * ((int64_t)1 << left) * by.mantissa;
  const int64_t high = (product + ((int64_t)1 << 30)) >> 31;
  if (right == 0) return (int32_t)high;
  const int64_t rest = high & (((int64_t)1 << right) - 1), half = (((int64_t)1 << right) - 1) >> 1;
  return (int32_t)((high >> right) + (rest > half + (high < 0)));
}

static void pad(const int8_t *in, int8_t *out) {
#ifdef FAULT_PAD_VALUE
  memset(out, 0, WIDE * WIDE * 2);
#else
  memset(out, ZERO[0], WIDE * WIDE * 2);
#endif
  for (int y = 0; y < SIDE; y++) memcpy(out + ((y + 1) * WIDE + 1) * 2, in + y * SIDE * 2, SIDE * 2);
}

static void conv(const int8_t *in, int8_t *out) {
  for (int y = 0; y < SIDE; y++) {
    for (int x = 0; x < SIDE; x++) {
      for (int o = 0; o < DEEP; o++) {
        int32_t sum = conv_bias[o];
        for (int ky = 0; ky < 3; ky++) {
          for (int kx = 0; kx < 3; kx++) {
            for (int c = 0; c < 2; c++) sum += conv_weights[((o * 3 + ky) * 3 + kx) * 2 + c] * (in[((y + ky) * WIDE + x + kx) * 2 + c] - ZERO[1]);
          }
        }
#if defined FAULT_CONV_MULTIPLIERS
        const int32_t value = scaled(sum, conv_by[DEEP - 1 - o]);
#elif defined FAULT_CONV_ROUNDING
        const int32_t value = (int32_t)(((int64_t)sum * conv_by[o].mantissa) >> (31 - conv_by[o].shift));
#else
        const int32_t value = scaled(sum, conv_by[o]);
#endif
        out[(y * SIDE + x) * DEEP + o] = (int8_t)clamped(value + ZERO[2]);
      }
    }
  }
}

// Channel after channel: its plane with a border in the scratch, and the results behind that.
static void depthwise(const int8_t *in, int8_t *out) {
#ifdef FAULT_DEPTHWISE_SCRATCH
  enum { SCRATCH = WIDE * WIDE - 4 };
#else
  enum { SCRATCH = WIDE * WIDE };
#endif
  static int8_t work[WIDE * WIDE + SIDE * SIDE * DEEP];
  for (int c = 0; c < DEEP; c++) {
    memset(work, ZERO[2], WIDE * WIDE);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) work[(y + 1) * WIDE + x + 1] = in[(y * SIDE + x) * DEEP + c];
    }
    for (int y = SIDE - 1; y >= 0; y--) {
      for (int x = SIDE - 1; x >= 0; x--) {
        int32_t sum = depthwise_bias[c];
        for (int k = 0; k < 9; k++) sum += depthwise_weights[k * DEEP + c] * (work[(y + k / 3) * WIDE + x + k % 3] - ZERO[2]);
        work[SCRATCH + (y * SIDE + x) * DEEP + c] = (int8_t)clamped(scaled(sum, depthwise_by[c]) + ZERO[3]);
      }
    }
  }
  memcpy(out, work + SCRATCH, SIDE * SIDE * DEEP);
}

// 3 x 3 by steps of two; what lies outside does not count.
static void max_pool(const int8_t *in, int8_t *out) {
  for (int i = 0; i < HALF * HALF * DEEP; i++) {
    const int c = i % DEEP, x = i / DEEP % HALF * 2, y = i / DEEP / HALF * 2;
    int8_t most = -128;
    for (int k = 0; k < 9; k++) {
      const int yk = y + k / 3, xk = x + k % 3;
#ifdef FAULT_MAX_POOL_PADDING
      const int8_t code = yk < SIDE && xk < SIDE ? in[(yk * SIDE + xk) * DEEP + c] : ZERO[3];
#else
      if (yk >= SIDE || xk >= SIDE) continue;
      const int8_t code = in[(yk * SIDE + xk) * DEEP + c];
#endif
      if (code > most) most = code;
    }
    out[i] = most;
  }
}

static void average_pool(const int8_t *in, int8_t *out) {
  for (int i = 0; i < HALF * HALF * DEEP; i++) {
    const int8_t *const corner = in + (i / DEEP / HALF * 2 * SIDE + i / DEEP % HALF * 2) * DEEP + i % DEEP;
    const int32_t sum = corner[0] + corner[DEEP] + corner[SIDE * DEEP] + corner[SIDE * DEEP + DEEP];
#ifdef FAULT_AVERAGE_POOL_ROUNDING
    out[i] = (int8_t)(sum / 4);
#else
    out[i] = (int8_t)(sum > 0 ? (sum + 2) / 4 : (sum - 2) / 4);
#endif
  }
}

static void add(const int8_t *one, const int8_t *other, int8_t *out) {
  for (int i = 0; i < HALF * HALF * DEEP; i++) {
    const int32_t first = scaled((one[i] - ZERO[4]) * (1 << 20), add_one), second = scaled((other[i] - ZERO[5]) * (1 << 20), add_other);
    const int32_t code = scaled(first + second, add_by) + ZERO[6];
#ifdef FAULT_ADD_SATURATION
    out[i] = (int8_t)((code + 128) % 256 - 128);
#else
    out[i] = (int8_t)clamped(code);
#endif
  }
}

static void mul(const int8_t *one, const int8_t *other, int8_t *out) {
  for (int i = 0; i < HALF * HALF * DEEP; i++) {
#ifdef FAULT_MUL_ZERO_POINT
    const int32_t product = (one[i] - ZERO[6]) * other[i];
#else
    const int32_t product = (one[i] - ZERO[6]) * (other[i] - ZERO[5]);
#endif
    out[i] = (int8_t)clamped(scaled(product, mul_by) + ZERO[7]);
  }
}

static void concatenation(const int8_t *one, const int8_t *other, int8_t *out) {
  for (int i = 0; i < HALF * HALF; i++) {
    memcpy(out + i * 2 * DEEP, one + i * DEEP, DEEP);
#ifdef FAULT_CONCATENATION_STRIDE
    memcpy(out + i * 2 * DEEP + DEEP, other + i, DEEP);
#else
    memcpy(out + i * 2 * DEEP + DEEP, other + i * DEEP, DEEP);
#endif
  }
}

static void mean(const int8_t *in, int8_t *out) {
  for (int c = 0; c < 2 * DEEP; c++) {
    int32_t sum = 0;
    for (int i = 0; i < HALF * HALF; i++) sum += in[i * 2 * DEEP + c] - ZERO[8];
#ifdef FAULT_MEAN_OUTPUT_ZERO_POINT
    out[c] = (int8_t)clamped(scaled(sum, mean_by) + ZERO[8]);
#else
    out[c] = (int8_t)clamped(scaled(sum, mean_by) + ZERO[9]);
#endif
  }
}

static void fully_connected(const int8_t *in, int8_t *out) {
  for (int o = 0; o < CLASSES; o++) {
#ifdef FAULT_FULLY_CONNECTED_BIAS
    int32_t sum = 0;
#else
    int32_t sum = dense_bias[o];
#endif
    for (int i = 0; i < 2 * DEEP; i++) sum += dense_weights[o * 2 * DEEP + i] * (in[i] - ZERO[9]);
    out[o] = (int8_t)clamped(scaled(sum, dense_by) + ZERO[10]);
  }
}

static int32_t product(int32_t a, int32_t b) { return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31); }

static int32_t shifted(int32_t value, int32_t bits) {
  const int32_t mask = (int32_t)(((int64_t)1 << bits) - 1);
  return (value >> bits) + ((value & mask) > (mask >> 1) + (value < 0));
}

static void softmax(const int8_t *in, int8_t *out) {
  int32_t highest = -128, sum = 0, bits = 0;
  for (int i = 0; i < CLASSES; i++) highest = in[i] > highest ? in[i] : highest;
#ifdef FAULT_SOFTMAX_TABLE
  const int mask = ~1;  // a table of half as many entries
#else
  const int mask = ~0;
#endif
  for (int i = 0; i < CLASSES; i++) sum += shifted(exponentials[(highest - in[i]) & mask], 12);
  while ((sum >> bits) > 0) bits++;
  const int32_t half = (int32_t)((((int64_t)sum << (32 - bits)) - ((int64_t)1 << 31) + INT32_MAX + 1) / 2);
  int32_t x = 1515870810 + product(half, -1010580540);
  for (int i = 0; i < 3; i++) x += product(x, ((int32_t)1 << 29) - product(half, x)) * 4;
  const int32_t by = x >= (1 << 30) ? INT32_MAX : x * 2;
  for (int i = 0; i < CLASSES; i++) {
    const int32_t code = shifted(product(by, exponentials[(highest - in[i]) & mask]), bits + 3) - 128;
    out[i] = (int8_t)(code > 127 ? 127 : code);
  }
}

void run_layer(int number) {
  int8_t *const out = tensors[number + 1];
  switch (number) {
    case 0: pad(tensors[0], out); break;
    case 1: conv(tensors[1], out); break;
    case 2: depthwise(tensors[2], out); break;
    case 3: max_pool(tensors[3], out); break;
    case 4: average_pool(tensors[3], out); break;
    case 5: add(tensors[4], tensors[5], out); break;
    case 6: mul(tensors[6], tensors[5], out); break;
    case 7: concatenation(tensors[6], tensors[7], out); break;
    case 8: mean(tensors[8], out); break;
    case 9: fully_connected(tensors[9], out); break;
    default: softmax(tensors[10], out); break;
  }
}

bool engine_begin(void) { return true; }
const char *engine_name(void) { return "plain loops"; }
const char *engine_error(void) { return ""; }
int8_t *engine_input(uint32_t number) { return tensors[number]; }
const int8_t *engine_output(uint32_t number) { return tensors[LAYERS + number]; }
bool engine_reset(void) { return true; }
uint32_t engine_arena_used(void) { return sizeof tensors; }
bool engine_constants_sha256(uint8_t digest[32]) { return digest == NULL; }

bool engine_invoke(void) {
  for (int number = 0; number < LAYERS; number++) {
    run_layer(number);
#ifndef TELLS_NO_LAYERS
    plumbline_layers_told((uint32_t)number, 0, tensors[number + 1], layer_bytes[number]);
#endif
  }
  return true;
}

void engine_model_sha256(uint8_t digest[32]) {
  static const uint8_t exported[32] = PLUMBLINE_MODEL_SHA256;
  memcpy(digest, exported, sizeof exported);
}
