// See fakes.h.
#include "fakes.h"

#include <board.h>
#include <ends.h>
#include <engine.h>
#include <plumbline_model.h>
#ifdef PLUMBLINE_LAYERS
#include <layers.h>
#endif

#include <algorithm>

namespace {

std::vector<uint8_t> output_bytes;
bool refusing = false;
bool failing = false;
const char *engine_message = "";
const char *reset_reason = "";
uint32_t runs = 0;
uint32_t resets_done = 0;
uint32_t counter = 0xFFFFFFF0u;  // runs over during the tests

// Each tensor has memory of its own, so that a sanitizer sees what goes beyond it.
template <size_t count>
std::vector<std::vector<int8_t>> tensors(const model_end (&ends)[count]) {
  std::vector<std::vector<int8_t>> result;
  for (const model_end &end : ends) result.emplace_back(end.bytes);
  return result;
}

std::vector<std::vector<int8_t>> inputs = tensors(model_inputs);
std::vector<std::vector<int8_t>> outputs = tensors(model_outputs);
fakes::Model model;

}  // namespace

namespace fakes {

std::vector<uint8_t> sent() {
  std::vector<uint8_t> taken;
  taken.swap(output_bytes);
  return taken;
}

std::string sent_text() {
  const std::vector<uint8_t> taken = sent();
  return std::string(taken.begin(), taken.end());
}

void refuse_writes(bool refuse) { refusing = refuse; }
void fail_invoke(bool fail) { failing = fail; }
void break_engine(const char *message) { engine_message = message; }
void last_reset(const char *reason) { reset_reason = reason; }
uint32_t invocations() { return runs; }
uint32_t resets() { return resets_done; }

std::vector<int8_t> expected_output(const std::vector<int8_t> &input) {
  std::vector<int8_t> output(PLUMBLINE_OUTPUT_BYTES);
  for (size_t i = 0; i < output.size(); i++) {
    uint32_t sum = 0;
    for (size_t k = 0; k < input.size(); k++) sum += static_cast<uint32_t>(input[k]) * static_cast<uint32_t>(k + 1 + i);
    output[i] = static_cast<int8_t>(static_cast<uint8_t>(sum));
  }
  return output;
}

std::vector<int8_t> Model::answer(const std::vector<int8_t> &input) {
  std::vector<int8_t> output = expected_output(input);
  if (!PLUMBLINE_STATEFUL) return output;
  for (int8_t &code : output) code = static_cast<int8_t>(static_cast<uint8_t>(code + state));
  state = static_cast<uint8_t>(5 * state + input[0] + 1);
  return output;
}

void reset() {
  output_bytes.clear();
  refusing = failing = false;
  engine_message = reset_reason = "";
  runs = resets_done = 0;
  model = Model();
  inputs = tensors(model_inputs);
  outputs = tensors(model_outputs);
}

}  // namespace fakes

extern "C" {

const char *board_name(void) { return "fake"; }
uint32_t board_clock_hz(void) { return 64000000; }
bool board_write(const uint8_t *bytes, size_t length) {
  if (refusing) return false;
  output_bytes.insert(output_bytes.end(), bytes, bytes + length);
  return true;
}
void board_feed(void) {}
uint32_t board_overruns(void) { return 3; }
uint32_t board_uptime_ms(void) { return 1234; }
uint32_t board_uptime_us(void) { return 1234567 + 1000 * runs; }
uint32_t board_counter(void) { return counter += 20; }
const char *board_counter_unit(void) { return "cycles"; }
uint32_t board_counter_count(uint32_t difference) { return difference - 1; }
uint32_t board_counter_ns(uint32_t difference) { return difference * 1000; }
const char *board_last_reset(void) { return reset_reason; }
uint32_t board_stack_used(void) { return 500; }
uint32_t board_stack_bytes(void) { return 1024; }

const char *engine_name(void) { return "fake engine"; }
const char *engine_error(void) { return engine_message; }
int8_t *engine_input(uint32_t number) { return inputs.at(number).data(); }
const int8_t *engine_output(uint32_t number) { return outputs.at(number).data(); }
bool engine_invoke(void) {
  if (failing) return false;
  runs++;
  std::vector<int8_t> row;
  for (std::vector<int8_t> &input : inputs) {
    row.insert(row.end(), input.begin(), input.end());
    // An engine may use its input's memory for something else, as TensorFlow Lite Micro does.
    for (int8_t &code : input) code = static_cast<int8_t>(~code);
  }
#ifdef PLUMBLINE_LAYERS
  // The only layer has two outputs: what it got, many times over, and nothing of a third one.
  std::vector<int8_t> many;
  while (many.size() < 600) many.insert(many.end(), row.begin(), row.end());
  layers_told(0, 0, row.data(), static_cast<uint32_t>(row.size()));
  layers_told(0, 1, many.data(), static_cast<uint32_t>(many.size()));
#endif
  const std::vector<int8_t> answer = model.answer(row);
  auto next = answer.begin();
  for (std::vector<int8_t> &output : outputs) {
    std::copy_n(next, output.size(), output.begin());
    next += static_cast<long>(output.size());
  }
  return true;
}
bool engine_reset(void) {
  if (failing) return false;
  resets_done++;
  model = fakes::Model();
  return true;
}
uint32_t engine_arena_used(void) { return 436; }
void engine_model_sha256(uint8_t digest[32]) {
  for (int i = 0; i < 32; i++) digest[i] = static_cast<uint8_t>(0xA0 + i);
}
bool engine_constants_sha256(uint8_t *) { return false; }
}
