// A virtual machine's peripherals, for the start-up code and for board_virtual: QEMU's `virt` for RISC-V, with a 16550 UART, the core's timer and
// a device that resets. It has no watchdog.
// Sources: hw/riscv/virt.c of QEMU (addresses), RISC-V ACLINT and PLIC specifications, PC16550D data sheet.
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

#define MACHINE_CLOCK_HZ 10000000u
#define MACHINE_TIMER_HZ MACHINE_CLOCK_HZ
#define MACHINE_COUNTER_PS 100000u
#define MACHINE_UART_IRQ 10u
#define MACHINE_CLOCK_IRQ 0u  // the core's own
#define MACHINE_GUARD_BYTES 0x10000u   // below the RAM
#define MACHINE_FLASH_BYTES 0x100000u  // what stands for flash is RAM

#define BYTE_AT(address) (*(volatile uint8_t *)(address))
#define WORD_AT(address) (*(volatile uint32_t *)(address))

// The UART.
#define UART_DATA BYTE_AT(0x10000000u)
#define UART_IER BYTE_AT(0x10000001u)
#define UART_FCR BYTE_AT(0x10000002u)
#define UART_LSR BYTE_AT(0x10000005u)
enum { UART_IER_RECEIVED = 1 << 0, UART_FCR_FIFOS = 1 << 0, UART_LSR_RECEIVED = 1 << 0, UART_LSR_OVERRUN = 1 << 1, UART_LSR_EMPTY = 1 << 5 };

INLINE void machine_uart_begin_sending(void) {}

INLINE void machine_uart_begin(void) {
  UART_FCR = UART_FCR_FIFOS;
  UART_IER = UART_IER_RECEIVED;
}

INLINE bool machine_uart_full(void) { return !(UART_LSR & UART_LSR_EMPTY); }
INLINE void machine_uart_send(uint8_t byte) { UART_DATA = byte; }
INLINE bool machine_uart_received(void) { return UART_LSR & UART_LSR_RECEIVED; }
INLINE uint8_t machine_uart_take(void) { return UART_DATA; }
INLINE void machine_uart_acknowledge(void) {}
INLINE bool machine_uart_overran(void) { return UART_LSR & UART_LSR_OVERRUN; }  // reading it clears it

// The clock, with an interrupt after each period; `elapsed` counts up to it. The time when a period ends stands in the comparator.
#define TIMER_COMPARE_LOW WORD_AT(0x02004000u)
#define TIMER_COMPARE_HIGH WORD_AT(0x02004004u)
#define TIMER_LOW WORD_AT(0x0200BFF8u)
#define TIMER_HIGH WORD_AT(0x0200BFFCu)

INLINE void machine_clock_compare(uint64_t time) {
  TIMER_COMPARE_HIGH = UINT32_MAX;  // so that no half of a new time is in the past
  TIMER_COMPARE_LOW = (uint32_t)time;
  TIMER_COMPARE_HIGH = (uint32_t)(time >> 32);
}

INLINE void machine_clock_begin(uint32_t period_ticks) {
  TIMER_LOW = 0;
  TIMER_HIGH = 0;
  machine_clock_compare(period_ticks);
}

INLINE uint32_t machine_clock_elapsed(uint32_t period_ticks) { return TIMER_LOW - (TIMER_COMPARE_LOW - period_ticks); }

INLINE void machine_clock_acknowledge(uint32_t period_ticks) {
  machine_clock_compare(((uint64_t)TIMER_COMPARE_HIGH << 32 | TIMER_COMPARE_LOW) + period_ticks);
}

// The counter of all 2^32 ticks: the same timer. What `minstret` counts depends on the version of QEMU.

INLINE void machine_counter_begin(void) {}
INLINE uint32_t machine_counter(void) { return TIMER_LOW; }
INLINE void machine_counter_align(void) {}

#define MACHINE_HAS_WATCHDOG 0

INLINE void machine_watchdog_begin(void) {}
INLINE void machine_watchdog_time(uint32_t ticks) { (void)ticks; }
INLINE void machine_watchdog_feed(void) {}

// The interrupt controller, for the first context: the core in machine mode.
#define PLIC_PRIORITY(number) WORD_AT(0x0C000000u + 4 * (number))
#define PLIC_ENABLE(number) WORD_AT(0x0C002000u + 4 * ((number) / 32))
#define PLIC_THRESHOLD WORD_AT(0x0C200000u)
#define PLIC_CLAIM WORD_AT(0x0C200004u)

INLINE void machine_enable_interrupt(uint32_t number) {
  PLIC_PRIORITY(number) = 1;
  PLIC_ENABLE(number) = 1u << number % 32;
  PLIC_THRESHOLD = 0;
}

INLINE uint32_t machine_claim_interrupt(void) { return PLIC_CLAIM; }
INLINE void machine_complete_interrupt(uint32_t number) { PLIC_CLAIM = number; }

INLINE void machine_reset(void) { WORD_AT(0x00100000u) = 0x7777u; }

#endif
