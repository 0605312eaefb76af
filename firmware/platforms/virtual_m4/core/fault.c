// What happens after a fault: a line over the UART that names it, then a reset. With -no-reboot QEMU ends there, so that a
// host sees a closed connection and the reason for it instead of silence.
#include <stdint.h>

#include "mps2.h"
#include "startup.h"

// Polled: nothing of the program can be relied on any more.
static void say(const char *text) {
  for (; *text; text++) {
    while (MPS2_UART0->state & MPS2_UART_TX_FULL) {
    }
    MPS2_UART0->data = (uint8_t)*text;
  }
}

static void say_hex(const char *name, uint32_t value) {
  char digits[9];
  for (int i = 7; i >= 0; i--, value >>= 4) digits[i] = "0123456789abcdef"[value & 15];
  digits[8] = 0;
  say(name);
  say(digits);
}

__attribute__((noreturn)) static void end(void) {
  say("\r\n");
  SCB_AIRCR = SCB_AIRCR_RESET;
  for (;;) {
  }
}

void Fault_Handler(void) {
  const uint32_t status = SCB_CFSR;
  const uint32_t *frame;  // r0-r3, r12, lr, pc, xpsr
  __asm volatile("mrs %0, psp" : "=r"(frame));
  MPS2_UART0->ctrl |= MPS2_UART_TX_ENABLE;
  say("\r\nFault: ");
  // When the stack is gone the processor could not save its state there: reading it would fault again.
  const uint32_t stacking = SCB_CFSR_STKERR | SCB_CFSR_MSTKERR | SCB_CFSR_MLSPERR | SCB_CFSR_LSPERR;
  const bool below_stack = (status & SCB_CFSR_MMARVALID) && (SCB_MMFAR - STARTUP_GUARD_START) >> STARTUP_GUARD_LOG2_BYTES == 0;
  if (status & stacking || below_stack || !startup_on_stack(frame)) {
    say("the stack overflowed.");
  } else {
    say_hex("pc 0x", frame[6]);
    say_hex(", called from 0x", frame[5]);
  }
  say_hex(" CFSR 0x", status);
  say_hex(", MMFAR 0x", SCB_MMFAR);
  say_hex(", BFAR 0x", SCB_BFAR);
  end();
}

void Unexpected_Handler(void) {
  uint32_t exception;
  __asm volatile("mrs %0, ipsr" : "=r"(exception));
  say_hex("\r\nFault: no handler for exception 0x", exception);
  end();
}
