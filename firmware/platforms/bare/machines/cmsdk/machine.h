// A virtual machine's peripherals, for the start-up code and for board_virtual: Arm's CMSDK UART and watchdog, as QEMU's MPS2 and MPS3 boards
// have them. `map.h` says where they are, and which timers there are.
// Source: Arm DDI 0479 (CMSDK).
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "map.h"

#define INLINE static inline __attribute__((always_inline))

#include MAP_TIMERS

typedef struct {
  volatile uint32_t data;
  volatile uint32_t state;
  volatile uint32_t ctrl;
  volatile uint32_t intstatus;  // write 1 to clear
  volatile uint32_t bauddiv;
} cmsdk_uart;

#define UART0 ((cmsdk_uart *)MAP_UART0)
enum { UART_TX_FULL = 1 << 0, UART_RX_FULL = 1 << 1, UART_RX_OVERRUN = 1 << 3 };                          // state
enum { UART_TX_ENABLE = 1 << 0, UART_RX_ENABLE = 1 << 1, UART_RX_INTERRUPT = 1 << 3 };                    // ctrl
enum { UART_INTSTATUS_RX = 1 << 1 };

typedef struct {
  volatile uint32_t load;  // the counter begins there at once
  volatile uint32_t value;  // counts down to 0, then takes `load`
  volatile uint32_t control;
  volatile uint32_t intclr;  // any write clears the interrupt and takes `load`
} cmsdk_watchdog;

// Its interrupt is the NMI; when the counter reaches 0 while that is still pending the board is reset.
#define WATCHDOG ((cmsdk_watchdog *)MAP_WATCHDOG)
enum { WATCHDOG_INTERRUPT = 1 << 0, WATCHDOG_RESET = 1 << 1 };

// The UART.

// Sending alone, by whatever has gone wrong.
INLINE void machine_uart_begin_sending(void) { UART0->ctrl |= UART_TX_ENABLE; }

INLINE void machine_uart_begin(void) {
  UART0->bauddiv = MACHINE_CLOCK_HZ / 115200;  // QEMU asks for a valid divisor and sends as fast as the host takes it
  UART0->ctrl = UART_TX_ENABLE | UART_RX_ENABLE | UART_RX_INTERRUPT;
  // A host that connected before the receiver was enabled may otherwise wait a second for QEMU to offer its first byte.
  (void)UART0->data;
}

INLINE bool machine_uart_full(void) { return UART0->state & UART_TX_FULL; }
INLINE void machine_uart_send(uint8_t byte) { UART0->data = byte; }
INLINE bool machine_uart_received(void) { return UART0->state & UART_RX_FULL; }
INLINE uint8_t machine_uart_take(void) { return (uint8_t)UART0->data; }
INLINE void machine_uart_acknowledge(void) { UART0->intstatus = UART_INTSTATUS_RX; }

// Whether a byte was lost since the last call.
INLINE bool machine_uart_overran(void) {
  const bool overran = UART0->state & UART_RX_OVERRUN;
  if (overran) UART0->state = UART_RX_OVERRUN;
  return overran;
}

// The watchdog: after `ticks` of the clock its NMI, after as many again a reset.

#define MACHINE_HAS_WATCHDOG 1

INLINE void machine_watchdog_begin(void) { WATCHDOG->control = WATCHDOG_INTERRUPT | WATCHDOG_RESET; }
INLINE void machine_watchdog_time(uint32_t ticks) { WATCHDOG->load = ticks / MAP_TICKS_PER_WATCHDOG_STEP; }
INLINE void machine_watchdog_feed(void) { WATCHDOG->intclr = 1; }

#endif
