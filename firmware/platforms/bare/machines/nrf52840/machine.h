// The nRF52840's peripherals, for the start-up code and for board_nrf52840: two timers, and the USB line in the place of a UART. It is behind
// Arduino's boot loader, as on the Nano 33 BLE.
// Source: nRF52840 Product Specification 1.7, "TIMER", "NVMC" and "POWER".
#ifndef MACHINE_H
#define MACHINE_H

#include <core.h>
#include <stdbool.h>
#include <stdint.h>

#include "registers.h"
#include "usb_line.h"

#define INLINE static inline __attribute__((always_inline))

#define MACHINE_CLOCK_HZ 64000000u
#define MACHINE_TIMER_HZ 1000000u
#define MACHINE_UART_IRQ 39u  // USBD
#define MACHINE_CLOCK_IRQ 26u
#define MACHINE_WATCHDOG_IRQ 27u
#define MACHINE_POWER_IRQ 0u
#define MACHINE_IRQS 48u

// Of the watchdog and of the others: it interrupts them.
enum { MACHINE_PRIORITY_WATCHDOG = 0x00, MACHINE_PRIORITY = 0x40 };

// Interrupts beside those of every machine. The watchdog's does what another machine's does by its NMI.
void machine_power_handler(void);
#define MACHINE_VECTORS [FIRST_IRQ + MACHINE_POWER_IRQ] = machine_power_handler, [FIRST_IRQ + MACHINE_WATCHDOG_IRQ] = NMI_Handler,

// Before anything else: undoes what the boot loader leaves, and lets the flash be read through the cache.
void machine_begin(void);
#define MACHINE_BEGIN() machine_begin()

// What the chip itself says of its last reset: "watchdog", "lockup" or nothing. It adds up; asking clears it.
const char *machine_reset_reason(void);

// Whether instructions come through the cache: without it they take several times the cycles.
INLINE bool machine_cached(void) { return NVMC_ICACHECNF & ICACHECNF_CACHEEN; }

// Out of the program into Arduino's boot loader, which then waits for an upload.
void machine_enter_boot_loader(void) __attribute__((noreturn));

#define MACHINE_QUIET_POLLS 2000  // of 20 us

// The last words of a program that has failed. A host that takes nothing, or none, is not waited for.
INLINE void machine_uart_begin_sending(void) { usb_line_take_over(); }
INLINE bool machine_uart_full(void) { return usb_line_busy(); }
INLINE void machine_uart_send(uint8_t byte) { usb_line_put(byte); }
INLINE bool machine_uart_received(void) { return usb_line_discards(); }
INLINE uint8_t machine_uart_take(void) { return 0; }

// The clock, with an interrupt after each period; `elapsed` counts up to it.

INLINE void machine_clock_begin(uint32_t period_ticks) {
  TIMER3(TIMER_BITMODE) = TIMER_32_BITS;
  TIMER3(TIMER_PRESCALER) = TIMER_1_MHZ;
  TIMER3(TIMER_CC0) = period_ticks;
  TIMER3(TIMER_SHORTS) = TIMER_COMPARE0_CLEARS;
  TIMER3(TIMER_INTENSET) = TIMER_INT_COMPARE0;
  TIMER3(TIMER_START) = 1;
}

INLINE uint32_t machine_clock_elapsed(uint32_t period_ticks) {
  (void)period_ticks;
  TIMER3(TIMER_CAPTURE1) = 1;
  return TIMER3(TIMER_CC1);
}

INLINE void machine_clock_acknowledge(uint32_t period_ticks) {
  (void)period_ticks;
  TIMER3(TIMER_COMPARE0) = 0;
}

// The watchdog is a timer whose interrupt comes before all others. The chip's own is left alone: nothing stops it once it runs, a soft reset
// does not either (Product Specification, "Reset behavior"), and it would bite the boot loader in the middle of an upload.
#define MACHINE_HAS_WATCHDOG 1

INLINE void machine_watchdog_feed(void) { TIMER4(TIMER_CLEAR) = 1; }

INLINE void machine_watchdog_time(uint32_t ticks) {
  TIMER4(TIMER_CC0) = ticks;
  machine_watchdog_feed();
}

INLINE void machine_watchdog_begin(void) {
  TIMER4(TIMER_BITMODE) = TIMER_32_BITS;
  TIMER4(TIMER_PRESCALER) = TIMER_1_MHZ;
  TIMER4(TIMER_INTENSET) = TIMER_INT_COMPARE0;
  core_interrupt_priority(MACHINE_WATCHDOG_IRQ, MACHINE_PRIORITY_WATCHDOG);
  core_enable_interrupt(MACHINE_WATCHDOG_IRQ);
  TIMER4(TIMER_START) = 1;
}

#endif
