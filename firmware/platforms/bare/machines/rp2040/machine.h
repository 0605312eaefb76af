// The RP2040's peripherals, for the start-up code and for board_virtual: UART0 on the Pico's pins 1 and 2, a timer, and the processor's SysTick as
// the counter. The chip's watchdog counts to 8 s and says nothing before it bites: it stays off.
// Source: RP2040 data sheet.
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "registers.h"

#define INLINE static inline __attribute__((always_inline))

#define MACHINE_CLOCK_HZ 125000000u
#define MACHINE_TIMER_HZ 1000000u
#define MACHINE_COUNTER_PS 8000u
#define MACHINE_COUNTER_UNIT "cycles"
#define MACHINE_UART_IRQ 20u
#define MACHINE_CLOCK_IRQ 0u
#define MACHINE_IRQS 32u

// Before anything else: clocks, pins, and what the chip holds in reset.
void machine_begin(void);
#define MACHINE_BEGIN() machine_begin()

// The UART.

// In 64ths, rounded.
enum { UART_BAUD_64THS = (MACHINE_CLOCK_HZ * 4u + 115200u / 2u) / 115200u };

INLINE void machine_uart_begin_sending(void) { UART_CONTROL |= UART_ON | UART_SENDER; }

INLINE void machine_uart_begin(void) {
  UART_BAUD = UART_BAUD_64THS / 64u;
  UART_BAUD_FRACTION = UART_BAUD_64THS % 64u;
  UART_LINE = UART_8_BITS | UART_FIFOS;
  UART_FIFO_LEVELS = 0;  // the first interrupt at an eighth of the FIFO
  UART_CONTROL = UART_ON | UART_SENDER | UART_RECEIVER;
  UART_INTERRUPTS = UART_RECEIVED | UART_RECEIVED_LONG_AGO;
}

INLINE bool machine_uart_full(void) { return UART_FLAGS & UART_SEND_FULL; }
INLINE void machine_uart_send(uint8_t byte) { UART_DATA = byte; }
INLINE bool machine_uart_received(void) { return !(UART_FLAGS & UART_NOTHING_RECEIVED); }
INLINE uint8_t machine_uart_take(void) { return (uint8_t)UART_DATA; }
INLINE void machine_uart_acknowledge(void) { UART_CLEAR = UART_RECEIVED | UART_RECEIVED_LONG_AGO; }

// Whether a byte was lost since the last call.
INLINE bool machine_uart_overran(void) {
  const bool overran = UART_ERRORS & UART_OVERRUN;
  if (overran) UART_ERRORS = 0;
  return overran;
}

// The clock, with an interrupt after each period; `elapsed` counts up to it. The time when a period ends stands in the alarm.

INLINE void machine_clock_begin(uint32_t period_ticks) {
  TIMER_INTERRUPTS = TIMER_OF_ALARM0;
  TIMER_ALARM0 = TIMER_LOW + period_ticks;
}

INLINE uint32_t machine_clock_elapsed(uint32_t period_ticks) { return TIMER_LOW - (TIMER_ALARM0 - period_ticks); }

INLINE void machine_clock_acknowledge(uint32_t period_ticks) {
  TIMER_RAISED = TIMER_OF_ALARM0;
  TIMER_ALARM0 += period_ticks;
}

// The counter of all 2^32 cycles: SysTick has their lower 24 bits, and the timer tells how often that ran over, as both count the crystal's clock.

INLINE void machine_counter_begin(void) {
  SYSTICK_RELOAD = SYSTICK_MASK;
  SYSTICK_VALUE = 0;
  SYSTICK_CONTROL = SYSTICK_ON | SYSTICK_OF_PROCESSOR;
}

INLINE uint32_t machine_counter(void) {
  const uint32_t coarse = TIMER_LOW * (MACHINE_CLOCK_HZ / MACHINE_TIMER_HZ), fine = SYSTICK_MASK - SYSTICK_VALUE;
  return coarse + (uint32_t)((int32_t)((fine - coarse) << 8) >> 8);
}

INLINE void machine_counter_align(void) {}  // a step is a cycle

#define MACHINE_HAS_WATCHDOG 0

INLINE void machine_watchdog_begin(void) {}
INLINE void machine_watchdog_time(uint32_t ticks) { (void)ticks; }
INLINE void machine_watchdog_feed(void) {}

#endif
