// The time since the start, by the machine's clock. The board's implementation alone includes this: it becomes part of it, which saves calls.
#ifndef UPTIME_H
#define UPTIME_H

#include <core.h>
#include <machine.h>
#include <startup.h>
#include <stdint.h>

// The clock runs through one period between two interrupts; long, so that an interrupt hardly ever falls into a measured inference.
enum { UPTIME_PERIOD_MS = 120000u, UPTIME_TICKS_PER_MS = MACHINE_TIMER_HZ / 1000u };
_Static_assert(UPTIME_PERIOD_MS <= UINT32_MAX / UPTIME_TICKS_PER_MS, "a period has more ticks than the clock counts");
static const uint32_t uptime_period_ticks = (uint32_t)UPTIME_PERIOD_MS * UPTIME_TICKS_PER_MS;
static volatile uint32_t uptime_periods;

void Clock_Handler(void) {
  machine_clock_acknowledge(uptime_period_ticks);
  uptime_periods++;
}

// Starts the clock; its interrupt is still to be enabled.
static inline void uptime_begin(void) { machine_clock_begin(uptime_period_ticks); }

// The time in parts of a millisecond.
static inline uint32_t uptime(uint32_t parts) {
  uint32_t before, elapsed;
  do {  // again when the clock's interrupt came in between
    before = uptime_periods;
    elapsed = machine_clock_elapsed(uptime_period_ticks);
  } while (before != uptime_periods);
  return before * UPTIME_PERIOD_MS * parts + elapsed / (UPTIME_TICKS_PER_MS / parts);
}

#endif
