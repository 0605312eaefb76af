// board.h on QEMU's mps2-an386: UART0 with an interrupt-driven receiver, timer1 as the clock, and the watchdog.
#include <board.h>
#include <last_reset.h>
#include <mps2.h>
#include <plumbline_build.h>
#include <startup.h>

#include "instruction_counter.h"

// A power of two, so that the indices may run over. Two of the longest frames and a line fit; the host waits for each reply.
enum { RING_BYTES = 256 };

static struct {
  uint8_t bytes[RING_BYTES];
  volatile uint32_t written;  // by the interrupt
  volatile uint32_t read;     // by the program
  volatile uint32_t overruns;
} receiver;

// Timer1 runs through one period between two interrupts; long, so that an interrupt hardly ever falls into a measured inference.
enum { PERIOD_MS = 160000u, TICKS_PER_MS = MPS2_CLOCK_HZ / 1000u };
static const uint32_t period_ticks = (uint32_t)PERIOD_MS * TICKS_PER_MS;
static volatile uint32_t periods;

void UART0_RX_Handler(void) {
  MPS2_UART0->intstatus = MPS2_UART_INTSTATUS_RX;
  while (MPS2_UART0->state & MPS2_UART_RX_FULL) {
    const uint8_t byte = (uint8_t)MPS2_UART0->data;
    if (receiver.written - receiver.read == RING_BYTES) {
      receiver.overruns++;
    } else {
      receiver.bytes[receiver.written % RING_BYTES] = byte;
      receiver.written++;
    }
  }
  if (MPS2_UART0->state & MPS2_UART_RX_OVERRUN) {
    MPS2_UART0->state = MPS2_UART_RX_OVERRUN;
    receiver.overruns++;
  }
}

void Timer1_Handler(void) {
  MPS2_TIMER1->intstatus = 1;
  periods++;
}

// The watchdog's time is board_build.watchdog_s; 0: there is none. An instruction takes 64 ns, on a busy computer as well.
_Static_assert(PLUMBLINE_WATCHDOG_S <= UINT32_MAX / MPS2_CLOCK_HZ, "the watchdog counts to 171 s at most");
// While the program sleeps the watchdog has its longest time, and the clock's interrupt wakes the program before that is over. Without its
// interrupt it would stand still too, but QEMU's counts on: it would reset the board when the interrupt comes back.
_Static_assert(PERIOD_MS / 1000u < UINT32_MAX / MPS2_CLOCK_HZ, "the watchdog bites a sleeping board");

static void watchdog_time(uint32_t ticks) {
  if (PLUMBLINE_WATCHDOG_S > 0) MPS2_WATCHDOG->load = ticks;
}

static const uint32_t watchdog_ticks = PLUMBLINE_WATCHDOG_S * MPS2_CLOCK_HZ;

void board_feed(void) { MPS2_WATCHDOG->intclr = 1; }

void board_begin(void) {
  last_reset_begin();
  watchdog_time(watchdog_ticks);
  if (PLUMBLINE_WATCHDOG_S > 0) MPS2_WATCHDOG->control = MPS2_WATCHDOG_INTERRUPT | MPS2_WATCHDOG_RESET;

  MPS2_TIMER1->reload = period_ticks - 1;
  MPS2_TIMER1->value = period_ticks - 1;
  MPS2_TIMER1->ctrl = MPS2_TIMER_ENABLE | MPS2_TIMER_INTERRUPT;

  instruction_counter_begin();

  MPS2_UART0->bauddiv = MPS2_CLOCK_HZ / 115200;  // QEMU asks for a valid divisor and sends as fast as the host takes it
  MPS2_UART0->ctrl = MPS2_UART_TX_ENABLE | MPS2_UART_RX_ENABLE | MPS2_UART_RX_INTERRUPT;
  // A host that connected before the receiver was enabled may otherwise wait a second for QEMU to offer its first byte.
  (void)MPS2_UART0->data;

  NVIC_ISER0 = 1u << MPS2_UART0_RX_IRQ | 1u << MPS2_TIMER1_IRQ;
}

const char *board_name(void) { return PLUMBLINE_BOARD; }

uint32_t board_clock_hz(void) { return MPS2_CLOCK_HZ; }

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
    while (MPS2_UART0->state & MPS2_UART_TX_FULL) {
      if (board_uptime_ms() - start > patience_ms) return false;
    }
    MPS2_UART0->data = bytes[i];
  }
  return true;
}

uint32_t board_overruns(void) { return receiver.overruns; }

void board_idle(void) {
  // With interrupts masked WFI still wakes on a pending one: a byte that arrives after the check is not slept through.
  __asm volatile("cpsid i" ::: "memory");
  if (receiver.read == receiver.written) {
    watchdog_time(UINT32_MAX);
    __asm volatile("wfi" ::: "memory");
    watchdog_time(watchdog_ticks);
  }
  __asm volatile("cpsie i" ::: "memory");
}

// The time in parts of a millisecond.
static uint32_t uptime(uint32_t parts) {
  uint32_t before, value;
  do {  // again when the timer's interrupt came in between
    before = periods;
    value = MPS2_TIMER1->value;
  } while (before != periods);
  return before * PERIOD_MS * parts + (period_ticks - 1 - value) / (TICKS_PER_MS / parts);
}

uint32_t board_uptime_ms(void) { return uptime(1); }

uint32_t board_uptime_us(void) { return uptime(1000); }

const char *board_last_reset(void) { return last_reset_text(); }

uint32_t board_stack_used(void) { return startup_stack_used(); }

uint32_t board_stack_bytes(void) { return startup_stack_bytes(); }
