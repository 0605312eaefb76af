// See instruction_counter.h.
#include "instruction_counter.h"

#include <board.h>
#include <mps2.h>

static uint32_t reading_ticks;  // what two readings in a row differ by
static bool calibrated;

// Not inlined, so that the calibration below and a caller elsewhere pay the same for a reading.
__attribute__((noinline)) uint32_t board_counter(void) { return ~MPS2_TIMER0->value; }

// Two instructions per turn.
__attribute__((noinline)) static void spin(uint32_t turns) {
  __asm volatile(
      "1: subs %0, #1 \n"
      "   bne 1b \n"
      : "+l"(turns)
      :
      : "cc");
}

static uint32_t ticks_of_spin(uint32_t turns) {
  const uint32_t start = board_counter();
  spin(turns);
  return board_counter() - start;
}

void instruction_counter_begin(void) {
  MPS2_TIMER0->reload = UINT32_MAX;
  MPS2_TIMER0->value = UINT32_MAX;
  MPS2_TIMER0->ctrl = MPS2_TIMER_ENABLE;

  const uint32_t start = board_counter();
  reading_ticks = board_counter() - start;

  // The difference of two loops leaves out the call around them. 1000 turns more are 2000 instructions, 3200 ticks.
  const uint32_t ticks = ticks_of_spin(1100) - ticks_of_spin(100);
  calibrated = ticks >= 3199 && ticks <= 3201;
}

const char *board_counter_unit(void) { return calibrated ? "instructions" : "ticks"; }

static uint32_t net(uint32_t difference) { return difference > reading_ticks ? difference - reading_ticks : 0; }

// ticks / 1.6, rounded; in two parts because 5 * ticks may not fit
static inline uint32_t converted(uint32_t ticks) { return calibrated ? ticks / 8 * 5 + (ticks % 8 * 5 + 4) / 8 : ticks; }

uint32_t board_counter_count(uint32_t difference) { return converted(net(difference)); }

uint32_t board_counter_steps(uint32_t steps) { return converted(steps); }

void board_counter_align(void) { MPS2_TIMER0->value = UINT32_MAX; }

uint32_t board_counter_ns(uint32_t difference) {
  const uint32_t ns_per_tick = 1000000000u / MPS2_CLOCK_HZ;
  const uint32_t ticks = net(difference);
  return ticks > UINT32_MAX / ns_per_tick ? UINT32_MAX : ticks * ns_per_tick;
}
