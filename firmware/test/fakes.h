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

// The output the fake engine computes: output[i] = sum of input[k] * (k + 1 + i) modulo 256, as int8.
std::vector<int8_t> expected_output(const std::vector<int8_t> &input);

// Everything as at the start.
void reset();

}  // namespace fakes

#endif
