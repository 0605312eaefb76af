// See cycle_counter.h.
#include "cycle_counter.h"

#include <board.h>
#include <core.h>
#include <machine.h>

static uint32_t reading_cost;
static bool instructions;

// Not inlined, so that the calibration below and a caller elsewhere pay the same for a reading.
__attribute__((noinline)) uint32_t board_counter(void) { return DWT_CYCCNT; }

// A constant number of instructions around two per turn. A branch that is taken refills the pipeline: on the chip a turn takes three cycles at
// least.
__attribute__((noinline)) static uint32_t cost_of_spin(uint32_t turns) {
  const uint32_t start = board_counter();
  CORE_SPIN(turns);
  return board_counter() - start;
}

void cycle_counter_begin(void) {
  DEMCR |= DEMCR_TRCENA;
  DWT_CYCCNT = 0;
  DWT_CTRL |= DWT_CTRL_CYCCNTENA;

  // The second one comes from the cache, where there is one.
  for (int i = 0; i < 2; i++) {
    const uint32_t start = board_counter();
    reading_cost = board_counter() - start;
  }
  instructions = cost_of_spin(1100) - cost_of_spin(100) == 2000;
}

const char *board_counter_unit(void) { return instructions ? "instructions" : machine_cached() ? "cycles" : "cycles without the cache"; }

uint32_t board_counter_count(uint32_t difference) { return difference > reading_cost ? difference - reading_cost : 0; }

uint32_t board_counter_steps(uint32_t steps) { return steps; }

void board_counter_align(void) {}  // a step is a cycle or an instruction

// A cycle takes 1000/64 ns; rounded down.
uint32_t board_counter_ns(uint32_t difference) {
  const uint32_t count = board_counter_count(difference);
  return count / 64 >= UINT32_MAX / 1000 ? UINT32_MAX : count / 64 * 1000 + count % 64 * 1000 / 64;
}
_Static_assert(MACHINE_CLOCK_HZ == 64000000u, "board_counter_ns takes 64 cycles for a microsecond");
