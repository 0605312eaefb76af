// board.h on a machine of QEMU: a UART with an interrupt-driven receiver, a clock and, where the machine has one, a watchdog. `machine.h`
// has the machine's own registers.
#include <board.h>
#include <core.h>
#include <last_reset.h>
#include <machine.h>
#include <plumbline_build.h>
#include <startup.h>
#include <uptime.h>

#include "instruction_counter.h"

// A power of two, so that the indices may run over. Two of the longest frames and a line fit; the host waits for each reply.
enum { RING_BYTES = 256 };

static struct {
  uint8_t bytes[RING_BYTES];
  volatile uint32_t written;  // by the interrupt
  volatile uint32_t read;     // by the program
  volatile uint32_t overruns;
} receiver;

void UART_Handler(void) {
  machine_uart_acknowledge();
  while (machine_uart_received()) {
    const uint8_t byte = machine_uart_take();
    if (receiver.written - receiver.read == RING_BYTES) {
      receiver.overruns++;
    } else {
      receiver.bytes[receiver.written % RING_BYTES] = byte;
      receiver.written++;
    }
  }
  if (machine_uart_overran()) receiver.overruns++;
}

// The watchdog's time is board_build.watchdog_s; 0: there is none. An instruction takes as long on a busy computer.
_Static_assert(PLUMBLINE_WATCHDOG_S <= UINT32_MAX / MACHINE_TIMER_HZ, "the watchdog's time does not fit into its counter");
_Static_assert(PLUMBLINE_WATCHDOG_S == 0 || MACHINE_HAS_WATCHDOG, "this machine has no watchdog: board_build.watchdog_s = 0");
// While the program sleeps the watchdog has its longest time, and the clock's interrupt wakes the program before that is over. Without its
// interrupt it would stand still too, but QEMU's counts on: it would reset the board when the interrupt comes back.
_Static_assert(UPTIME_PERIOD_MS / 1000u < UINT32_MAX / MACHINE_TIMER_HZ, "the watchdog bites a sleeping board");

static void watchdog_time(uint32_t ticks) {
  if (PLUMBLINE_WATCHDOG_S > 0) machine_watchdog_time(ticks);
}

static const uint32_t watchdog_ticks = PLUMBLINE_WATCHDOG_S * MACHINE_TIMER_HZ;

void board_feed(void) { machine_watchdog_feed(); }

void board_begin(void) {
  last_reset_begin();
  watchdog_time(watchdog_ticks);
  if (PLUMBLINE_WATCHDOG_S > 0) machine_watchdog_begin();
  uptime_begin();
  instruction_counter_begin();
  machine_uart_begin();
  core_enable_interrupt(MACHINE_UART_IRQ);
  core_enable_interrupt(MACHINE_CLOCK_IRQ);
}

const char *board_name(void) { return PLUMBLINE_BOARD; }

uint32_t board_clock_hz(void) { return MACHINE_CLOCK_HZ; }

int board_read(void) {
  if (receiver.read == receiver.written) return -1;
  const uint8_t byte = receiver.bytes[receiver.read % RING_BYTES];
  receiver.read++;
  if (receiver.read % RING_BYTES == 0) board_feed();  // bytes that come without a pause are progress as well
  return byte;
}

bool board_write(const uint8_t *bytes, size_t length) {
  const uint32_t patience_ms = 2000;
  board_feed();
  const uint32_t start = board_uptime_ms();
  for (size_t i = 0; i < length; i++) {
    while (machine_uart_full()) {
      if (board_uptime_ms() - start > patience_ms) return false;
    }
    machine_uart_send(bytes[i]);
  }
  return true;
}

uint32_t board_overruns(void) { return receiver.overruns; }

void board_idle(void) {
  // With interrupts off the core still wakes on a pending one: a byte that arrives after the check is not slept through.
  core_interrupts_off();
  if (receiver.read == receiver.written) {
    watchdog_time(UINT32_MAX);
    core_wait();
    watchdog_time(watchdog_ticks);
  }
  core_interrupts_on();
}

uint32_t board_uptime_ms(void) { return uptime(1); }

uint32_t board_uptime_us(void) { return uptime(1000); }

const char *board_last_reset(void) { return last_reset_text(); }

uint32_t board_stack_used(void) { return startup_stack_used(); }

uint32_t board_stack_bytes(void) { return startup_stack_bytes(); }
