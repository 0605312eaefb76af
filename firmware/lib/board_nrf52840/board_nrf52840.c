// board.h on an nRF52840 without a core or a system: the USB line, a clock and a watchdog. `machine.h` has the registers.
#include <board.h>
#include <core.h>
#include <last_reset.h>
#include <machine.h>
#include <plumbline_build.h>
#include <startup.h>
#include <uptime.h>

#include "cycle_counter.h"

// The watchdog's time is board_build.watchdog_s; 0: there is none.
_Static_assert(PLUMBLINE_WATCHDOG_S <= UINT32_MAX / MACHINE_TIMER_HZ, "the watchdog counts to 4294 s at most");
// While the program sleeps the watchdog has its longest time, and the clock's interrupt wakes the program before that is over.
_Static_assert(UPTIME_PERIOD_MS / 1000u < UINT32_MAX / MACHINE_TIMER_HZ, "the watchdog bites a sleeping board");

static const uint32_t watchdog_ticks = PLUMBLINE_WATCHDOG_S * MACHINE_TIMER_HZ;

static const char *reason = "";  // the chip's, for a reset that left no mark

void board_begin(void) {
  reason = machine_reset_reason();
  last_reset_begin();
  if (PLUMBLINE_WATCHDOG_S > 0) {
    machine_watchdog_time(watchdog_ticks);
    machine_watchdog_begin();
  }
  core_interrupt_priority(MACHINE_CLOCK_IRQ, MACHINE_PRIORITY);
  core_enable_interrupt(MACHINE_CLOCK_IRQ);
  uptime_begin();
  cycle_counter_begin();
  usb_line_begin();
}

const char *board_name(void) { return PLUMBLINE_BOARD; }

uint32_t board_clock_hz(void) { return MACHINE_CLOCK_HZ; }

int board_read(void) {
  const int byte = usb_line_read();
  if (byte == 0) board_feed();  // the end of a frame: bytes that come without a pause are progress as well
  return byte;
}

bool board_write(const uint8_t *bytes, size_t length) {
  enum { PATIENCE_MS = 500 };
  board_feed();
  return usb_line_write(bytes, length, PATIENCE_MS);
}

// Nothing is lost: the controller takes a packet only when the one before was read, until then the host is told to wait.
uint32_t board_overruns(void) { return 0; }

void board_feed(void) { machine_watchdog_feed(); }

void board_idle(void) {
  // With interrupts off the core still wakes on a pending one: a packet that arrives after the check is not slept through.
  core_interrupts_off();
  if (usb_line_empty()) {
    machine_watchdog_time(UINT32_MAX);
    core_wait();
    machine_watchdog_time(watchdog_ticks);
  }
  core_interrupts_on();
}

uint32_t board_uptime_ms(void) { return uptime(1); }

uint32_t board_uptime_us(void) { return uptime(1000); }

const char *board_last_reset(void) { return last_reset_text()[0] ? last_reset_text() : reason; }

uint32_t board_stack_used(void) { return startup_stack_used(); }

uint32_t board_stack_bytes(void) { return startup_stack_bytes(); }
