// The Cortex-M4's cycle counter, or microseconds where it stands still.
#ifndef PLUMBLINE_CYCLE_COUNTER_H
#define PLUMBLINE_CYCLE_COUNTER_H

#include <stdint.h>

// Starts the counter, looks whether it advances and measures what a reading costs.
void cycle_counter_begin(void);

// False where the counter does not advance; the readings are microseconds then.
bool cycle_counter_runs(void);

uint32_t cycle_counter_read(void);

// A difference of two readings without the cost of the reading itself.
uint32_t cycle_counter_count(uint32_t difference);

// The same as time; UINT32_MAX where it does not fit.
uint32_t cycle_counter_ns(uint32_t difference);

#endif
