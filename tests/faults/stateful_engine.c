// engine.h with a state that one can compute by hand (test_stateful.py does): an output's byte is an input's byte, plus the state times its place
// counted from 1; then the state becomes 5 times itself plus the sum of all input bytes plus 1. All modulo 256.
#include <ends.h>
#include <engine.h>
#include <string.h>

static uint8_t inputs[PLUMBLINE_INPUT_BYTES], outputs[PLUMBLINE_OUTPUT_BYTES];
static uint8_t state;

static uint32_t place(const model_end *ends, uint32_t number) {
  uint32_t offset = 0;
  for (uint32_t i = 0; i < number; i++) offset += ends[i].bytes;
  return offset;
}

bool engine_begin(void) { return engine_reset(); }

const char *engine_name(void) { return "by hand"; }

const char *engine_error(void) { return ""; }

int8_t *engine_input(uint32_t number) { return (int8_t *)inputs + place(model_inputs, number); }

const int8_t *engine_output(uint32_t number) { return (const int8_t *)outputs + place(model_outputs, number); }

bool engine_invoke(void) {
  uint8_t sum = 1;
  for (uint32_t i = 0; i < PLUMBLINE_INPUT_BYTES; i++) sum = (uint8_t)(sum + inputs[i]);
  for (uint32_t i = 0; i < PLUMBLINE_OUTPUT_BYTES; i++) outputs[i] = (uint8_t)(inputs[i % PLUMBLINE_INPUT_BYTES] + state * (i + 1));
  state = (uint8_t)(5 * state + sum);
  memset(inputs, 0x55, sizeof inputs);
  return true;
}

bool engine_reset(void) {
  state = 0;
  return true;
}

uint32_t engine_arena_used(void) { return 0; }

void engine_model_sha256(uint8_t digest[32]) { memset(digest, 0, 32); }

bool engine_constants_sha256(uint8_t digest[32]) {
  (void)digest;
  return false;
}
