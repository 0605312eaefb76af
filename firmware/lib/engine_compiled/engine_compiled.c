// engine.h with the model as plain C: no interpreter, no arena, nothing to fail.
#include <engine.h>
#include <plumbline_compiled.h>
#include <plumbline_model.h>
#include <sha256.h>
#include <string.h>

static _Alignas(4) int8_t plumbline_memory[PLUMBLINE_COMPILED_MEMORY_BYTES];
static const uint8_t model_sha256[SHA256_BYTES] = PLUMBLINE_MODEL_SHA256;

bool engine_begin(void) { return engine_reset(); }

const char *engine_name(void) { return "compiled"; }

const char *engine_error(void) { return ""; }

#if PLUMBLINE_ONE_TO_ONE
int8_t *engine_input(uint32_t number) {
  (void)number;
  return plumbline_memory + PLUMBLINE_COMPILED_INPUT_OFFSET;
}

const int8_t *engine_output(uint32_t number) {
  (void)number;
  return plumbline_memory + PLUMBLINE_COMPILED_OUTPUT_OFFSET;
}
#else
int8_t *engine_input(uint32_t number) {
  static const uint32_t offsets[PLUMBLINE_INPUTS] = PLUMBLINE_COMPILED_INPUT_OFFSETS;
  return plumbline_memory + offsets[number];
}

const int8_t *engine_output(uint32_t number) {
  static const uint32_t offsets[PLUMBLINE_OUTPUTS] = PLUMBLINE_COMPILED_OUTPUT_OFFSETS;
  return plumbline_memory + offsets[number];
}
#endif

bool engine_invoke(void) {
  plumbline_compiled_invoke(plumbline_memory);
  return true;
}

bool engine_reset(void) {
#if PLUMBLINE_STATEFUL
  plumbline_compiled_reset(plumbline_memory);
#endif
  return true;
}

uint32_t engine_arena_used(void) { return 0; }

void engine_model_sha256(uint8_t digest[32]) { memcpy(digest, model_sha256, sizeof model_sha256); }

bool engine_constants_sha256(uint8_t digest[32]) {
  sha256 hash;
  sha256_begin(&hash);
  sha256_add(&hash, model_sha256, sizeof model_sha256);
  for (uint32_t i = 0; i < plumbline_compiled_constant_count; i++) {
    sha256_add(&hash, plumbline_compiled_constants[i].data, plumbline_compiled_constants[i].bytes);
  }
  sha256_end(&hash, digest);
  return true;
}
