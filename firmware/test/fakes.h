// board.h and engine.h for the native tests: what the board sends is collected, the engine is a function one can compute by hand.
#ifndef FAKES_H
#define FAKES_H

#include <cstdint>
#include <string>
#include <vector>

namespace fakes {

// What the sketch has written since the last call.
std::vector<uint8_t> sent();
std::string sent_text();

// From now on board_write() fails, as with a host that takes nothing.
void refuse_writes(bool refuse);

// Makes engine_invoke() fail, or, with a message, the engine be unusable from the start.
void fail_invoke(bool fail);
void break_engine(const char *message);

// What board_last_reset() says.
void last_reset(const char *reason);

// Runs of the model so far.
uint32_t invocations();

// Resets of its state so far.
uint32_t resets();

// The row of outputs that the fake engine computes of a row of inputs: output[i] = sum of input[k] * (k + 1 + i) modulo 256, as int8.
std::vector<int8_t> expected_output(const std::vector<int8_t> &input);

// The same with the memory that a stateful model (PLUMBLINE_STATEFUL) has; a new one is at its beginning.
class Model {
 public:
  std::vector<int8_t> answer(const std::vector<int8_t> &input);

 private:
  uint8_t state = 0;  // is added to each output; then 5 * state + input[0] + 1
};

// Everything as at the start.
void reset();

}  // namespace fakes

#endif
