// A virtual machine's peripherals, for the start-up code and for board_virtual: the UART and two timers of an nRF51, as QEMU's microbit has
// them. QEMU's nRF51 has no watchdog.
// Source: nRF51 Series Reference Manual 3.0, "Timer/counter" and "UART".
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

#define MACHINE_CLOCK_HZ 16000000u
#define MACHINE_TIMER_HZ MACHINE_CLOCK_HZ
#define MACHINE_COUNTER_PS 62500u
#define MACHINE_UART_IRQ 2u
#define MACHINE_CLOCK_IRQ 9u
#define MACHINE_IRQS 32u

#define NRF51_REGISTER(base, offset) (*(volatile uint32_t *)((base) + (offset)))

// The UART. The event of a byte that was sent comes when QEMU's socket has taken it.
#define UART0(offset) NRF51_REGISTER(0x40002000u, offset)
#define UART_STARTRX UART0(0x000)
#define UART_STARTTX UART0(0x008)
#define UART_RXDRDY UART0(0x108)
#define UART_TXDRDY UART0(0x11C)
#define UART_INTENSET UART0(0x304)
#define UART_ENABLE UART0(0x500)
#define UART_RXD UART0(0x518)
#define UART_TXD UART0(0x51C)
#define UART_BAUDRATE UART0(0x524)
enum { UART_ENABLED = 4, UART_INT_RXDRDY = 1 << 2 };
#define UART_BAUD_115200 0x01D7E000u

// Whether a byte was given to the UART whose event is still to come. machine.c holds it.
extern bool machine_uart_sending;

INLINE void machine_uart_begin_sending(void) {
  UART_ENABLE = UART_ENABLED;
  UART_STARTTX = 1;
}

INLINE void machine_uart_begin(void) {
  UART_BAUDRATE = UART_BAUD_115200;
  machine_uart_begin_sending();
  UART_INTENSET = UART_INT_RXDRDY;
  UART_STARTRX = 1;
}

INLINE bool machine_uart_full(void) { return machine_uart_sending && !UART_TXDRDY; }

INLINE void machine_uart_send(uint8_t byte) {
  UART_TXDRDY = 0;
  machine_uart_sending = true;
  UART_TXD = byte;
}

INLINE bool machine_uart_received(void) { return UART_RXDRDY; }

// The event is cleared first: reading a byte sets it again where another one waits.
INLINE uint8_t machine_uart_take(void) {
  UART_RXDRDY = 0;
  return (uint8_t)UART_RXD;
}

INLINE void machine_uart_acknowledge(void) {}        // taking the byte does it
INLINE bool machine_uart_overran(void) { return false; }  // QEMU keeps what the UART has no room for

#define TIMER1(offset) NRF51_REGISTER(0x40009000u, offset)
#define TIMER2(offset) NRF51_REGISTER(0x4000A000u, offset)
enum { TIMER_START = 0x000, TIMER_CLEAR = 0x00C, TIMER_CAPTURE0 = 0x040, TIMER_CAPTURE1 = 0x044, TIMER_COMPARE0 = 0x140 };
enum { TIMER_SHORTS = 0x200, TIMER_INTENSET = 0x304, TIMER_BITMODE = 0x508, TIMER_PRESCALER = 0x510, TIMER_CC0 = 0x540, TIMER_CC1 = 0x544 };
enum { TIMER_32_BITS = 3, TIMER_COMPARE0_CLEARS = 1 << 0, TIMER_INT_COMPARE0 = 1 << 16 };

// The clock, with an interrupt after each period; `elapsed` counts up to it.

INLINE void machine_clock_begin(uint32_t period_ticks) {
  TIMER1(TIMER_BITMODE) = TIMER_32_BITS;
  TIMER1(TIMER_PRESCALER) = 0;
  TIMER1(TIMER_CC0) = period_ticks;
  TIMER1(TIMER_SHORTS) = TIMER_COMPARE0_CLEARS;
  TIMER1(TIMER_INTENSET) = TIMER_INT_COMPARE0;
  TIMER1(TIMER_START) = 1;
}

INLINE uint32_t machine_clock_elapsed(uint32_t period_ticks) {
  (void)period_ticks;
  TIMER1(TIMER_CAPTURE1) = 1;
  return TIMER1(TIMER_CC1);
}

INLINE void machine_clock_acknowledge(uint32_t period_ticks) {
  (void)period_ticks;
  TIMER1(TIMER_COMPARE0) = 0;
}

// The counter of all 2^32 ticks.

INLINE void machine_counter_begin(void) {
  TIMER2(TIMER_BITMODE) = TIMER_32_BITS;
  TIMER2(TIMER_PRESCALER) = 0;
  TIMER2(TIMER_START) = 1;
}

INLINE uint32_t machine_counter(void) {
  TIMER2(TIMER_CAPTURE0) = 1;
  return TIMER2(TIMER_CC0);
}

INLINE void machine_counter_align(void) { TIMER2(TIMER_CLEAR) = 1; }

#define MACHINE_HAS_WATCHDOG 0

INLINE void machine_watchdog_begin(void) {}
INLINE void machine_watchdog_time(uint32_t ticks) { (void)ticks; }
INLINE void machine_watchdog_feed(void) {}

#endif
