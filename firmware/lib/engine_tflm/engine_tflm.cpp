// engine.h with TensorFlow Lite Micro: an interpreter over the embedded flatbuffer, working in a static arena.
#include <engine.h>
#include <plumbline_flatbuffer.h>
#include <plumbline_model.h>
#include <sha256.h>
#include <string.h>

#include <new>

#include "channel_scales.h"
#include "tflm.h"

static_assert(PLUMBLINE_ARENA_BYTES >= PLUMBLINE_INPUT_BYTES + PLUMBLINE_OUTPUT_BYTES, "the arena holds the input and the output");

namespace {

alignas(16) uint8_t arena[PLUMBLINE_ARENA_BYTES];

// Room for objects that engine_begin() constructs: a static object would be constructed before main() and destroyed after it.
alignas(PlumblineResolver) uint8_t resolver_room[sizeof(PlumblineResolver)];
alignas(tflite::MicroInterpreter) uint8_t interpreter_room[sizeof(tflite::MicroInterpreter)];

tflite::MicroInterpreter *interpreter;
uint8_t model_sha256[SHA256_BYTES];
const char *error = "engine_begin() was not called";

// Until the interpreter has placed them, and for good when it cannot, writing to the input harms nothing.
int8_t *input = reinterpret_cast<int8_t *>(arena);
const int8_t *output = reinterpret_cast<const int8_t *>(arena);

bool is_codes(const TfLiteTensor *tensor, size_t bytes) { return tensor && tensor->type == kTfLiteInt8 && tensor->bytes == bytes; }

// Returns "" or what failed. The texts fit one field of the link (PLUMBLINE_TEXT_MAX).
const char *begin() {
  sha256 hash;
  sha256_begin(&hash);
  sha256_add(&hash, plumbline_flatbuffer, PLUMBLINE_FLATBUFFER_BYTES);
  sha256_end(&hash, model_sha256);
  // The interpreter follows the offsets of the flatbuffer unchecked: a damaged one could take it anywhere.
  const uint8_t expected[SHA256_BYTES] = PLUMBLINE_MODEL_SHA256;
  if (memcmp(model_sha256, expected, sizeof expected) != 0) return "the flatbuffer is not the converted model";

  const tflite::Model *model = tflite::GetModel(plumbline_flatbuffer);
  if (model->version() != TFLITE_SCHEMA_VERSION) return "TFLM reads another schema version";
  if (!channel_scales_are_read(*model)) return "TFLM too old for per-channel FULLY_CONNECTED";

  auto *resolver = new (resolver_room) PlumblineResolver();
  if (plumbline_register(*resolver) != kTfLiteOk) return "an operator could not be registered";

  interpreter = new (interpreter_room) tflite::MicroInterpreter(model, *resolver, arena, sizeof arena);
  if (interpreter->AllocateTensors() != kTfLiteOk) return "AllocateTensors: arena too small, or model refused";

  if (interpreter->inputs_size() != 1 || !is_codes(interpreter->input(0), PLUMBLINE_INPUT_BYTES)) return "the model's input is not as declared";
  if (interpreter->outputs_size() != 1 || !is_codes(interpreter->output(0), PLUMBLINE_OUTPUT_BYTES)) return "the model's output is not as declared";
  input = interpreter->input(0)->data.int8;
  output = interpreter->output(0)->data.int8;
  return "";
}

}  // namespace

bool engine_begin(void) {
  error = begin();
  return error[0] == '\0';
}

const char *engine_name(void) { return "tflm"; }

const char *engine_error(void) { return error; }

int8_t *engine_input(void) { return input; }

const int8_t *engine_output(void) { return output; }

bool engine_invoke(void) {
  if (error[0] != '\0') return false;
  // What a recurrent layer remembers would change the next answer.
  if (PLUMBLINE_KEEPS_STATE && interpreter->Reset() != kTfLiteOk) {
    error = "Reset failed";
    return false;
  }
  if (interpreter->Invoke() == kTfLiteOk) return true;
  error = "Invoke failed";
  return false;
}

uint32_t engine_arena_used(void) { return error[0] == '\0' ? static_cast<uint32_t>(interpreter->arena_used_bytes()) : 0; }

void engine_model_sha256(uint8_t digest[32]) { memcpy(digest, model_sha256, sizeof model_sha256); }

bool engine_constants_sha256(uint8_t digest[32]) {
  static_cast<void>(digest);
  return false;
}
