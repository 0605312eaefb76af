// What happens after a fault, and when the watchdog bites: a line over the UART that names it, a mark for after the start, then a
// reset. With -no-reboot QEMU ends there, so that a host sees a closed connection and the reason for it instead of silence.
#include <stdint.h>

#include "last_reset.h"
#include "mps2.h"
#include "startup.h"

// Polled: nothing of the program can be relied on any more. When nobody takes the bytes the watchdog's second timeout ends it.
static void say(const char *text) {
  for (; *text; text++) {
    while (MPS2_UART0->state & MPS2_UART_TX_FULL) {
    }
    MPS2_UART0->data = (uint8_t)*text;
  }
}

static void say_hex(const char *name, uint32_t value) {
  char digits[9];
  hex_of(value, digits);
  say(name);
  say(digits);
}

static void begin(const char *what) {
  MPS2_UART0->ctrl |= MPS2_UART_TX_ENABLE;
  say(what);
}

__attribute__((noreturn)) static void end(void) {
  say("\r\n");
  // A connection that ends with unread bytes takes our last words with it: until none has come for a while, requests are thrown away.
  for (uint32_t quiet = 0; quiet < 100000; quiet++) {
    if (MPS2_UART0->state & MPS2_UART_RX_FULL) {
      (void)MPS2_UART0->data;
      quiet = 0;
    }
  }
  SCB_AIRCR = SCB_AIRCR_RESET;
  for (;;) {
  }
}

// An exception's frame: r0-r3, r12, lr, pc, xpsr.
enum { FRAME_LR = 5, FRAME_PC = 6 };

static void say_where(const uint32_t *frame) {
  say_hex("pc 0x", frame[FRAME_PC]);
  say_hex(", called from 0x", frame[FRAME_LR]);
}

void Fault_Handler(void) {
  const uint32_t status = SCB_CFSR;
  const uint32_t *frame;
  __asm volatile("mrs %0, psp" : "=r"(frame));
  // When the stack is gone the processor could not save its state there: reading it would fault again.
  const uint32_t stacking = SCB_CFSR_STKERR | SCB_CFSR_MSTKERR | SCB_CFSR_MLSPERR | SCB_CFSR_LSPERR;
  const bool below_stack = (status & SCB_CFSR_MMARVALID) && (SCB_MMFAR - STARTUP_GUARD_START) >> STARTUP_GUARD_LOG2_BYTES == 0;
  const bool overflowed = status & stacking || below_stack || !startup_on_stack(frame);
  last_reset_mark(overflowed ? RESET_BY_OVERFLOW : RESET_BY_FAULT, overflowed ? RESET_NOWHERE : frame[FRAME_PC]);
  begin("\r\nFault: ");
  if (overflowed) {
    say("the stack overflowed.");
  } else {
    say_where(frame);
  }
  say_hex(" CFSR 0x", status);
  say_hex(", MMFAR 0x", SCB_MMFAR);
  say_hex(", BFAR 0x", SCB_BFAR);
  end();
}

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

// The watchdog's first timeout. Its interrupt stays pending, so that the second one resets the board whatever becomes of this.
__attribute__((used)) static void bitten(const uint32_t *frame) {
  const bool there = startup_on_stack(frame) || startup_on_handler_stack(frame);
  last_reset_mark(RESET_BY_WATCHDOG, there ? frame[FRAME_PC] : RESET_NOWHERE);
  begin("\r\nWatchdog: no progress for " TEXT(PLUMBLINE_WATCHDOG_S) " s, ");
  if (there) {
    say_where(frame);
  } else {
    say("the stack is lost.");
  }
  end();
}

// The frame lies on the stack of whatever was interrupted: bit 2 of the return value is 0 for a handler's.
__attribute__((naked)) void NMI_Handler(void) {
  __asm volatile(
      "tst lr, #4 \n"
      "ite eq \n"
      "mrseq r0, msp \n"
      "mrsne r0, psp \n"
      "b %0 \n"
      :
      : "i"(bitten));
}

void Unexpected_Handler(void) {
  uint32_t exception;
  __asm volatile("mrs %0, ipsr" : "=r"(exception));
  begin("");
  say_hex("\r\nFault: no handler for exception 0x", exception);
  end();
}
