// See instruction_counter.h.
#include "instruction_counter.h"

#include <board.h>
#include <core.h>
#include <machine.h>

// TICKS of the counter are INSTRUCTIONS. No tick is longer than an instruction.
enum { TICKS = 4 * PLUMBLINE_INSTRUCTION_NS, INSTRUCTIONS = MACHINE_COUNTER_PS / 250 };
_Static_assert(INSTRUCTIONS * 250u == MACHINE_COUNTER_PS, "the ratio is not exact");
_Static_assert(TICKS >= INSTRUCTIONS, "the counter does not tell instructions apart");

static uint32_t reading_ticks;  // what two readings in a row differ by
static bool calibrated;

// Not inlined, so that the calibration below and a caller elsewhere pay the same for a reading.
__attribute__((noinline)) uint32_t board_counter(void) { return machine_counter(); }

// Two instructions per turn.
__attribute__((noinline)) static void spin(uint32_t turns) { CORE_SPIN(turns); }

// Not inlined: two copies need not be of equally many instructions.
__attribute__((noinline)) static uint32_t ticks_of_spin(uint32_t turns) {
  const uint32_t start = board_counter();
  spin(turns);
  return board_counter() - start;
}

void instruction_counter_begin(void) {
  machine_counter_begin();

  const uint32_t start = board_counter();
  reading_ticks = board_counter() - start;

  // The difference of two loops leaves out the call around them. 1000 turns more are 2000 instructions.
  const uint32_t expected = 2000 * TICKS / INSTRUCTIONS;
  const uint32_t ticks = ticks_of_spin(1100) - ticks_of_spin(100);
  calibrated = ticks >= expected - 1 && ticks <= expected + 1;
}

#ifndef MACHINE_COUNTER_UNIT
#define MACHINE_COUNTER_UNIT "ticks"
#endif

const char *board_counter_unit(void) { return calibrated ? "instructions" : MACHINE_COUNTER_UNIT; }

static uint32_t net(uint32_t difference) { return difference > reading_ticks ? difference - reading_ticks : 0; }

// Rounded; in two parts because the product may not fit.
static inline uint32_t converted(uint32_t ticks) {
  return calibrated ? ticks / TICKS * INSTRUCTIONS + (ticks % TICKS * INSTRUCTIONS + TICKS / 2) / TICKS : ticks;
}

uint32_t board_counter_count(uint32_t difference) { return converted(net(difference)); }

uint32_t board_counter_steps(uint32_t steps) { return converted(steps); }

void board_counter_align(void) { machine_counter_align(); }

uint32_t board_counter_ns(uint32_t difference) {
  const uint32_t ticks = net(difference);
  if (ticks / 4 >= UINT32_MAX / INSTRUCTIONS) return UINT32_MAX;
  return ticks / 4 * INSTRUCTIONS + ticks % 4 * INSTRUCTIONS / 4;
}
