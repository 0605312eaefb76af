// The clock and the counter of a machine with the system timers of Arm's SSE-300. All of them show one counter of 64 bits, and each compares it
// with a value of its own.
// Source: Arm 101370 (SSE-123), "System Timer" and "System Counter".
#ifndef SSE_TIMERS_H
#define SSE_TIMERS_H

typedef struct {
  const volatile uint32_t count_low;
  const volatile uint32_t count_high;
  uint32_t reserved[6];
  volatile uint32_t compare_low;
  volatile uint32_t compare_high;
  volatile uint32_t from_now;  // writing it sets `compare` to the count and so many ticks
  volatile uint32_t control;
} sse_timer;

#define TIMER0 ((sse_timer *)MAP_TIMER0)
#define TIMER1 ((sse_timer *)MAP_TIMER1)
#define SYSTEM_COUNTER_CONTROL (*(volatile uint32_t *)MAP_SYSTEM_COUNTER)
enum { TIMER_ENABLE = 1 << 0, SYSTEM_COUNTER_ENABLE = 1 << 0 };

// The clock, with an interrupt after each period; `elapsed` counts up to it. The time when a period ends stands in the comparator.

INLINE void machine_clock_compare(uint64_t time) {
  TIMER1->compare_high = UINT32_MAX;  // so that no half of a new time is in the past
  TIMER1->compare_low = (uint32_t)time;
  TIMER1->compare_high = (uint32_t)(time >> 32);
}

// A reset of the board sets the counter to 0 and stops it.
INLINE void machine_clock_begin(uint32_t period_ticks) {
  machine_clock_compare(period_ticks);
  TIMER1->control = TIMER_ENABLE;
  SYSTEM_COUNTER_CONTROL = SYSTEM_COUNTER_ENABLE;
}

INLINE uint32_t machine_clock_elapsed(uint32_t period_ticks) { return TIMER1->count_low - (TIMER1->compare_low - period_ticks); }

INLINE void machine_clock_acknowledge(uint32_t period_ticks) {
  machine_clock_compare(((uint64_t)TIMER1->compare_high << 32 | TIMER1->compare_low) + period_ticks);
}

// The counter of all 2^32 ticks.

INLINE void machine_counter_begin(void) {}  // the clock has started it
INLINE uint32_t machine_counter(void) { return TIMER0->count_low; }
INLINE void machine_counter_align(void) {}  // the clock counts on

#endif
