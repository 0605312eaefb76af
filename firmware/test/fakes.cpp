// See fakes.h.
#include "fakes.h"

#include <board.h>
#include <engine.h>
#include <plumbline_model.h>

#include <algorithm>

namespace {

std::vector<uint8_t> output_bytes;
bool refusing = false;
bool failing = false;
const char *engine_message = "";
const char *reset_reason = "";
uint32_t runs = 0;
uint32_t counter = 0xFFFFFFF0u;  // runs over during the tests

std::vector<int8_t> input_tensor(PLUMBLINE_INPUT_BYTES);
std::vector<int8_t> output_tensor(PLUMBLINE_OUTPUT_BYTES);

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

std::vector<int8_t> expected_output(const std::vector<int8_t> &input) {
  std::vector<int8_t> output(PLUMBLINE_OUTPUT_BYTES);
  for (size_t i = 0; i < output.size(); i++) {
    uint32_t sum = 0;
    for (size_t k = 0; k < input.size(); k++) sum += static_cast<uint32_t>(input[k]) * static_cast<uint32_t>(k + 1 + i);
    output[i] = static_cast<int8_t>(static_cast<uint8_t>(sum));
  }
  return output;
}

void reset() {
  output_bytes.clear();
  refusing = failing = false;
  engine_message = reset_reason = "";
  runs = 0;
  std::fill(input_tensor.begin(), input_tensor.end(), int8_t{0});
  std::fill(output_tensor.begin(), output_tensor.end(), int8_t{0});
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
int8_t *engine_input(void) { return input_tensor.data(); }
const int8_t *engine_output(void) { return output_tensor.data(); }
bool engine_invoke(void) {
  if (failing) return false;
  runs++;
  output_tensor = fakes::expected_output(input_tensor);
  // An engine may use its input's memory for something else, as TensorFlow Lite Micro does.
  for (int8_t &code : input_tensor) code = static_cast<int8_t>(~code);
  return true;
}
uint32_t engine_arena_used(void) { return 436; }
void engine_model_sha256(uint8_t digest[32]) {
  for (int i = 0; i < 32; i++) digest[i] = static_cast<uint8_t>(0xA0 + i);
}
bool engine_constants_sha256(uint8_t *) { return false; }
}
