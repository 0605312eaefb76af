// Every trap of a RISC-V core: the interrupts in use, and faults, after which a line over the UART names them before the board resets.
#include "trap.h"

#include <stdint.h>

#include "core.h"
#include "last_reset.h"
#include "last_words.h"
#include "startup.h"

// What trap_entry saves: ra, t0-t6, a0-a7.
enum { SAVED_WORDS = 16, FRAME_BYTES = 4 * SAVED_WORDS };

#define CSR(name)                                  \
  ({                                               \
    uint32_t value_;                               \
    __asm volatile("csrr %0, " #name : "=r"(value_)); \
    value_;                                        \
  })

enum { MCAUSE_TIMER = 7, MCAUSE_EXTERNAL = 11 };
#define MCAUSE_INTERRUPT 0x80000000u

__attribute__((noreturn)) static void fault(uint32_t cause, uint32_t caller, uint32_t stack) {
  const uint32_t pc = CSR(mepc), value = CSR(mtval);
  const uint32_t bottom = (uint32_t)(uintptr_t)__stack_start;
  const bool overflowed = stack < bottom || (value < bottom && bottom - value <= MACHINE_GUARD_BYTES);
  last_reset_mark(overflowed ? RESET_BY_OVERFLOW : RESET_BY_FAULT, overflowed ? RESET_NOWHERE : pc);
  last_words_begin("\r\nFault: ");
  if (overflowed) {
    last_words_say("the stack overflowed.");
  } else {
    last_words_hex("pc 0x", pc);
    last_words_hex(", called from 0x", caller);
  }
  last_words_hex(" mcause 0x", cause);
  last_words_hex(", mtval 0x", value);
  last_words_end();
}

// `caller` is ra, `stack` sp as they were.
__attribute__((used)) static void trap(uint32_t caller, uint32_t stack) {
  const uint32_t cause = CSR(mcause);
  if (cause == (MCAUSE_INTERRUPT | MCAUSE_EXTERNAL)) {
    const uint32_t number = machine_claim_interrupt();
    if (number == MACHINE_UART_IRQ) UART_Handler();
    machine_complete_interrupt(number);
  } else if (cause == (MCAUSE_INTERRUPT | MCAUSE_TIMER)) {
    Clock_Handler();
  } else {
    fault(cause, caller, stack);
  }
}

// mscratch holds the handlers' stack while the program runs, and the program's while a handler does.
__attribute__((naked, aligned(4))) void trap_entry(void) {
  __asm volatile(
      "csrrw sp, mscratch, sp \n"
      "addi sp, sp, -%0 \n"
      "sw ra, 0(sp) \n sw t0, 4(sp) \n sw t1, 8(sp) \n sw t2, 12(sp) \n sw t3, 16(sp) \n sw t4, 20(sp) \n sw t5, 24(sp) \n sw t6, 28(sp) \n"
      "sw a0, 32(sp) \n sw a1, 36(sp) \n sw a2, 40(sp) \n sw a3, 44(sp) \n sw a4, 48(sp) \n sw a5, 52(sp) \n sw a6, 56(sp) \n sw a7, 60(sp) \n"
      "mv a0, ra \n"
      "csrr a1, mscratch \n"
      "call trap \n"
      "lw ra, 0(sp) \n lw t0, 4(sp) \n lw t1, 8(sp) \n lw t2, 12(sp) \n lw t3, 16(sp) \n lw t4, 20(sp) \n lw t5, 24(sp) \n lw t6, 28(sp) \n"
      "lw a0, 32(sp) \n lw a1, 36(sp) \n lw a2, 40(sp) \n lw a3, 44(sp) \n lw a4, 48(sp) \n lw a5, 52(sp) \n lw a6, 56(sp) \n lw a7, 60(sp) \n"
      "addi sp, sp, %0 \n"
      "csrrw sp, mscratch, sp \n"
      "mret \n" ::"i"(FRAME_BYTES));
}
