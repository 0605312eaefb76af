// The clock and the counter of a machine with Arm's CMSDK timers.
// Source: Arm DDI 0479 (CMSDK).
#ifndef CMSDK_TIMERS_H
#define CMSDK_TIMERS_H

typedef struct {
  volatile uint32_t ctrl;
  volatile uint32_t value;  // counts down to 0, then takes `reload`
  volatile uint32_t reload;
  volatile uint32_t intstatus;  // write 1 to clear
} cmsdk_timer;

#define TIMER0 ((cmsdk_timer *)MAP_TIMER0)
#define TIMER1 ((cmsdk_timer *)MAP_TIMER1)
enum { TIMER_ENABLE = 1 << 0, TIMER_INTERRUPT = 1 << 3 };

// The clock, with an interrupt after each period; `elapsed` counts up to it.

INLINE void machine_clock_begin(uint32_t period_ticks) {
  TIMER1->reload = period_ticks - 1;
  TIMER1->value = period_ticks - 1;
  TIMER1->ctrl = TIMER_ENABLE | TIMER_INTERRUPT;
}

INLINE uint32_t machine_clock_elapsed(uint32_t period_ticks) { return period_ticks - 1 - TIMER1->value; }
INLINE void machine_clock_acknowledge(uint32_t period_ticks) {
  (void)period_ticks;
  TIMER1->intstatus = 1;
}

// The counter of all 2^32 ticks.

INLINE void machine_counter_begin(void) {
  TIMER0->reload = UINT32_MAX;
  TIMER0->value = UINT32_MAX;
  TIMER0->ctrl = TIMER_ENABLE;
}

INLINE uint32_t machine_counter(void) { return ~TIMER0->value; }
INLINE void machine_counter_align(void) { TIMER0->value = UINT32_MAX; }

#endif
