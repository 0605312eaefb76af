// engine.h with TensorFlow Lite Micro: an interpreter over the embedded flatbuffer, working in a static arena.
#include <ends.h>
#include <engine.h>
#include <plumbline_flatbuffer.h>
#include <plumbline_model.h>
#include <plumbline_wire.h>
#include <sha256.h>
#include <string.h>

#include <new>

#include "channel_scales.h"
#include "tflm.h"

static_assert(PLUMBLINE_ARENA_BYTES >= PLUMBLINE_INPUT_BYTES, "the arena holds the inputs");
static_assert(PLUMBLINE_ARENA_BYTES >= PLUMBLINE_OUTPUT_BYTES, "the arena holds the outputs");

namespace {

alignas(16) uint8_t arena[PLUMBLINE_ARENA_BYTES];

// Room for objects that engine_begin() constructs: a static object would be constructed before main() and destroyed after it.
alignas(PlumblineResolver) uint8_t resolver_room[sizeof(PlumblineResolver)];
alignas(tflite::MicroInterpreter) uint8_t interpreter_room[sizeof(tflite::MicroInterpreter)];

const tflite::Model *model;
PlumblineResolver *resolver;
tflite::MicroInterpreter *interpreter;
uint8_t model_sha256[SHA256_BYTES];
const char *error = "engine_begin() was not called";

int8_t *inputs[PLUMBLINE_INPUTS];
const int8_t *outputs[PLUMBLINE_OUTPUTS];

// TensorFlow Lite's number of a type on the wire, which has those of the schema.
TfLiteType type_of(uint8_t wire_type) {
  switch (wire_type) {
    case PLUMBLINE_TYPE_FLOAT32:
      return kTfLiteFloat32;
    case PLUMBLINE_TYPE_INT32:
      return kTfLiteInt32;
    case PLUMBLINE_TYPE_UINT8:
      return kTfLiteUInt8;
    case PLUMBLINE_TYPE_INT64:
      return kTfLiteInt64;
    case PLUMBLINE_TYPE_BOOL:
      return kTfLiteBool;
    case PLUMBLINE_TYPE_INT16:
      return kTfLiteInt16;
    case PLUMBLINE_TYPE_INT8:
      return kTfLiteInt8;
    default:
      return kTfLiteNoType;
  }
}

bool is_as_declared(const TfLiteTensor *tensor, const model_end &end) {
  return tensor && tensor->type == type_of(end.type) && tensor->bytes == end.bytes;
}

// Takes note of where the interpreter has placed the model's ends. Returns "" or which are not as declared.
const char *find_ends() {
  if (interpreter->inputs_size() != PLUMBLINE_INPUTS) return "the model has not as many inputs as declared";
  if (interpreter->outputs_size() != PLUMBLINE_OUTPUTS) return "the model has not as many outputs as declared";
  for (size_t i = 0; i < PLUMBLINE_INPUTS; i++) {
    if (!is_as_declared(interpreter->input(i), model_inputs[i])) return "an input of the model is not as declared";
    inputs[i] = interpreter->input(i)->data.int8;
  }
  for (size_t i = 0; i < PLUMBLINE_OUTPUTS; i++) {
    if (!is_as_declared(interpreter->output(i), model_outputs[i])) return "an output of the model is not as declared";
    outputs[i] = interpreter->output(i)->data.int8;
  }
  return "";
}

// Loads the model into the arena, its state at its beginning. Returns "" or what failed.
const char *load() {
#if PLUMBLINE_STATEFUL
  auto *const allocator = tflite::MicroAllocator::Create(arena, sizeof arena);
  if (!allocator) return "arena too small for its allocator";
  auto *const variables = tflite::MicroResourceVariables::Create(allocator, PLUMBLINE_VARIABLES);
  interpreter = new (interpreter_room) tflite::MicroInterpreter(model, *resolver, allocator, variables);
#else
  interpreter = new (interpreter_room) tflite::MicroInterpreter(model, *resolver, arena, sizeof arena);
#endif
  if (interpreter->AllocateTensors() != kTfLiteOk) return "AllocateTensors: arena too small, or model refused";
  return find_ends();
}

// Returns "" or what failed. The texts fit one field of the link (PLUMBLINE_TEXT_MAX).
const char *begin() {
  sha256 hash;
  sha256_begin(&hash);
  sha256_add(&hash, plumbline_flatbuffer, PLUMBLINE_FLATBUFFER_BYTES);
  sha256_end(&hash, model_sha256);
  // The interpreter follows the offsets of the flatbuffer unchecked: a damaged one could take it anywhere.
  const uint8_t expected[SHA256_BYTES] = PLUMBLINE_MODEL_SHA256;
  if (memcmp(model_sha256, expected, sizeof expected) != 0) return "the flatbuffer is not the converted model";

  model = tflite::GetModel(plumbline_flatbuffer);
  if (model->version() != TFLITE_SCHEMA_VERSION) return "TFLM reads another schema version";
  if (!channel_scales_are_read(*model)) return "TFLM too old for per-channel FULLY_CONNECTED";

  resolver = new (resolver_room) PlumblineResolver();
  if (plumbline_register(*resolver) != kTfLiteOk) return "an operator could not be registered";

  return load();
}

}  // namespace

bool engine_begin(void) {
  error = begin();
  return error[0] == '\0';
}

const char *engine_name(void) { return "tflm"; }

const char *engine_error(void) { return error; }

// Until the interpreter has placed the tensors, and for good when it cannot, writing to an input harms nothing.
int8_t *engine_input(uint32_t number) { return inputs[number] ? inputs[number] : reinterpret_cast<int8_t *>(arena); }

const int8_t *engine_output(uint32_t number) { return outputs[number] ? outputs[number] : reinterpret_cast<const int8_t *>(arena); }

bool engine_invoke(void) {
  if (error[0] != '\0') return false;
  // What a recurrent layer remembers would change the next answer.
  if (PLUMBLINE_KEEPS_STATE && interpreter->Reset() != kTfLiteOk) {
    error = "Reset failed";
    return false;
  }
  const TfLiteStatus status = interpreter->Invoke();
  // A CIRCULAR_BUFFER that waits for more inputs ends an inference early: the outputs stay as they were.
  if (status == kTfLiteOk || status == tflite::kTfLiteAbort) return true;
  error = "Invoke failed";
  return false;
}

bool engine_reset(void) {
#if PLUMBLINE_STATEFUL
  if (error[0] != '\0') return false;
  // Reset() sets every variable to its zero point and does not run CALL_ONCE again, which gives it another beginning.
  interpreter->~MicroInterpreter();
  error = load();
#endif
  return error[0] == '\0';
}

uint32_t engine_arena_used(void) { return error[0] == '\0' ? static_cast<uint32_t>(interpreter->arena_used_bytes()) : 0; }

void engine_model_sha256(uint8_t digest[32]) { memcpy(digest, model_sha256, sizeof model_sha256); }

bool engine_constants_sha256(uint8_t digest[32]) {
  static_cast<void>(digest);
  return false;
}
