// A RISC-V core of 32 bits in machine mode: what the board's implementation asks of it.
// Source: The RISC-V Instruction Set Manual, Volume II: Privileged Architecture.
#ifndef CORE_H
#define CORE_H

#include <stdint.h>

#include "machine.h"

enum { MSTATUS_MIE = 1 << 3, MIE_TIMER = 1 << 7, MIE_EXTERNAL = 1 << 11 };

// Two instructions per turn; `turns` is a variable.
#define CORE_SPIN(turns)        \
  __asm volatile(               \
      "1: addi %0, %0, -1 \n"   \
      "   bnez %0, 1b \n"       \
      : "+r"(turns))

static inline void core_interrupts_off(void) { __asm volatile("csrc mstatus, %0" ::"i"(MSTATUS_MIE) : "memory"); }
static inline void core_interrupts_on(void) { __asm volatile("csrs mstatus, %0" ::"i"(MSTATUS_MIE) : "memory"); }

// Until an interrupt is pending, whether or not they are on.
static inline void core_wait(void) { __asm volatile("wfi" ::: "memory"); }

// The clock's interrupt is the core's own; all others come through the machine's interrupt controller.
static inline void core_enable_interrupt(uint32_t number) {
  if (number != MACHINE_CLOCK_IRQ) machine_enable_interrupt(number);
  __asm volatile("csrs mie, %0" ::"r"(number == MACHINE_CLOCK_IRQ ? MIE_TIMER : MIE_EXTERNAL));
  core_interrupts_on();
}

__attribute__((noreturn)) static inline void core_reset(void) {
  machine_reset();
  for (;;) {
  }
}

#endif
