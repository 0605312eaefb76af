// What happens after a fault of a Cortex-M, and when the watchdog bites: a line over the UART that names it, a mark for after the start, then a
// reset.
#include "fault.h"

#include "core.h"
#include "last_reset.h"
#include "last_words.h"
#include "startup.h"

// An exception's frame: r0-r3, r12, lr, pc, xpsr.
enum { FRAME_LR = 5, FRAME_PC = 6 };

static void say_where(const uint32_t *frame) {
  last_words_hex("pc 0x", frame[FRAME_PC]);
  last_words_hex(", called from 0x", frame[FRAME_LR]);
}

#if HAS_FAULT_STATUS
// When the stack is gone the processor could not save its state there: reading it would fault again.
static bool lost_stack(void) {
  const uint32_t status = SCB_CFSR;
  const uint32_t stacking = SCB_CFSR_STKERR | SCB_CFSR_MSTKERR | SCB_CFSR_MLSPERR | SCB_CFSR_LSPERR | SCB_CFSR_STKOF;
  return status & stacking || ((status & SCB_CFSR_MMARVALID) && (uintptr_t)__stack_start - 1 - SCB_MMFAR < FAULT_GUARD_BYTES);
}

static void say_status(void) {
  last_words_hex(" CFSR 0x", SCB_CFSR);
  last_words_hex(", MMFAR 0x", SCB_MMFAR);
  last_words_hex(", BFAR 0x", SCB_BFAR);
}
#else
static bool lost_stack(void) { return false; }

static void say_status(void) {}
#endif

void Fault_Handler(void) {
  const uint32_t *frame;
  __asm volatile("mrs %0, psp" : "=r"(frame));
  const bool overflowed = lost_stack() || !startup_on_stack(frame);
  last_reset_mark(overflowed ? RESET_BY_OVERFLOW : RESET_BY_FAULT, overflowed ? RESET_NOWHERE : frame[FRAME_PC]);
  last_words_begin("\r\nFault: ");
  if (overflowed) {
    last_words_say("the stack overflowed.");
  } else {
    say_where(frame);
  }
  say_status();
  last_words_end();
}

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

// The watchdog's first timeout. Its interrupt stays pending, so that the second one resets the board whatever becomes of this.
// In one section with its caller: a Cortex-M0 branches 2 kB far.
__attribute__((used, section(".text.bitten"))) static void bitten(const uint32_t *frame) {
  const bool there = startup_on_stack(frame) || startup_on_handler_stack(frame);
  last_reset_mark(RESET_BY_WATCHDOG, there ? frame[FRAME_PC] : RESET_NOWHERE);
  last_words_begin("\r\nWatchdog: no progress for " TEXT(PLUMBLINE_WATCHDOG_S) " s, ");
  if (there) {
    say_where(frame);
  } else {
    last_words_say("the stack is lost.");
  }
  last_words_end();
}

// The frame lies on the stack of whatever was interrupted: bit 2 of the return value is 0 for a handler's.
__attribute__((naked, section(".text.bitten"))) void NMI_Handler(void) {
  __asm volatile(
      "mov r0, lr \n"
      "lsls r0, r0, #29 \n"
      "bmi 1f \n"
      "mrs r0, msp \n"
      "b %c0 \n"
      "1: mrs r0, psp \n"
      "b %c0 \n"
      :
      : "i"(bitten));
}

void Unexpected_Handler(void) {
  uint32_t exception;
  __asm volatile("mrs %0, ipsr" : "=r"(exception));
  last_words_begin("");
  last_words_hex("\r\nFault: no handler for exception 0x", exception);
  last_words_end();
}
