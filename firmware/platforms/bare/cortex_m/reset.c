// From a Cortex-M's reset to startup_run(): the vector table, the two stacks, the FPU.
#include "core.h"
#include "fault.h"
#include "machine.h"
#include "startup.h"

extern uint32_t __handler_stack_end[];

// Makes the program fault that goes below its stack.
static void guard_stack(void) {
#if __ARM_ARCH >= 8
  __asm volatile("msr psplim, %0" ::"r"(__stack_start));
#elif __ARM_ARCH == 7
  // Some of QEMU's boards ignore accesses where there is no memory.
  MPU_RNR = 0;
  MPU_RBAR = (uintptr_t)__stack_start - FAULT_GUARD_BYTES;
  MPU_RASR = MPU_RASR_NO_ACCESS(FAULT_GUARD_LOG2_BYTES);
  MPU_CTRL = MPU_CTRL_ENABLE | MPU_CTRL_DEFAULT_MAP;
  __asm volatile("dsb \n isb" ::: "memory");
#endif
}

__attribute__((noreturn)) void Reset_Handler(void) {
#ifdef MACHINE_BEGIN
  MACHINE_BEGIN();
#endif
#ifdef __ARM_FP
  SCB_CPACR |= SCB_CPACR_FPU;
#endif
#if HAS_FAULT_STATUS
  SCB_SHCSR |= SCB_SHCSR_FAULTS;
#endif
  guard_stack();
  startup_paint_stack();
  __asm volatile(
      "msr psp, %0 \n"
      "movs r0, #2 \n"  // thread mode uses the process stack
      "msr control, r0 \n"
      "isb \n"
      "bx %1 \n"
      :
      : "r"(__stack_end), "r"(startup_run)
      : "r0", "memory");
  __builtin_unreachable();
}

enum { FIRST_IRQ = 16 };

typedef void (*vector)(void);

// Two places are named twice: whatever is not one of the interrupts in use goes where all unexpected ones go.
#pragma GCC diagnostic ignored "-Woverride-init"

__attribute__((section(".vectors"), used)) static const vector vectors[FIRST_IRQ + MACHINE_IRQS] = {
    [0] = (vector)(uintptr_t)__handler_stack_end,
    [1] = Reset_Handler,
    [2] = NMI_Handler,  // the watchdog's
    [3 ... 6] = Fault_Handler,  // hard, memory, bus, usage
    [7 ... FIRST_IRQ + MACHINE_IRQS - 1] = Unexpected_Handler,
    [FIRST_IRQ + MACHINE_UART_IRQ] = UART_Handler,
    [FIRST_IRQ + MACHINE_CLOCK_IRQ] = Clock_Handler,
#ifdef MACHINE_VECTORS
    MACHINE_VECTORS
#endif
};
