// From a RISC-V core's reset to startup_run(): the two stacks, the trap vector, the memory that nobody may touch.
#include <stdint.h>

#include "machine.h"
#include "startup.h"
#include "trap.h"

extern uint32_t __flash_start[], __ram_start[];

enum { PMP_READ = 1, PMP_EXECUTE = 4, PMP_NAPOT = 3 << 3, PMP_LOCKED = 1 << 7 };

// A range whose size is a power of two, as the registers of protected memory want it.
static uint32_t napot(uintptr_t start, uint32_t bytes) { return start >> 2 | (bytes / 8 - 1); }

// No access below the stack, with which the RAM begins; nothing writes to what stands for flash. Locked ranges hold in machine mode.

__attribute__((used)) static void guard_memory(void) {
  const uint32_t nothing = PMP_NAPOT | PMP_LOCKED, as_flash = PMP_NAPOT | PMP_LOCKED | PMP_READ | PMP_EXECUTE;
  __asm volatile("csrw pmpaddr0, %0" ::"r"(napot((uintptr_t)__ram_start - MACHINE_GUARD_BYTES, MACHINE_GUARD_BYTES)));
  __asm volatile("csrw pmpaddr1, %0" ::"r"(napot((uintptr_t)__flash_start, MACHINE_FLASH_BYTES)));
  __asm volatile("csrw pmpcfg0, %0" ::"r"(nothing | as_flash << 8));
}

__attribute__((naked, section(".vectors"), used)) void Reset_Handler(void) {
  __asm volatile(
      "la sp, __handler_stack_end \n"
      "csrw mscratch, sp \n"
      "la t0, trap_entry \n"
      "csrw mtvec, t0 \n"
      "call guard_memory \n"
      "call startup_paint_stack \n"
      "la sp, __stack_end \n"
      "tail startup_run \n");
}
