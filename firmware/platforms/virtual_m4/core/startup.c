// From reset to setup() and loop(): the vector table, the stacks, the FPU, static data.
//
// The program runs on the process stack, faults and interrupts on a small stack of their own: a handler then still works
// when the program has used up its stack.
#include <stdint.h>

#include "mps2.h"
#include "startup.h"

extern uint32_t __stack_start[], __stack_end[], __handler_stack_end[];
extern uint32_t __data_start[], __data_end[], __data_image[], __bss_start[], __bss_end[];
extern void (*__init_array_start[])(void), (*__init_array_end[])(void);

void setup(void);  // the sketch's
void loop(void);

static const uint32_t stack_paint = 0xA5A5A5A5u;

uint32_t startup_stack_bytes(void) { return (uint32_t)((uintptr_t)__stack_end - (uintptr_t)__stack_start); }

uint32_t startup_stack_used(void) {
  const uint32_t *word = __stack_start;
  while (word < __stack_end && *word == stack_paint) word++;
  return (uint32_t)((uintptr_t)__stack_end - (uintptr_t)word);
}

bool startup_on_stack(const uint32_t *frame) { return frame >= __stack_start && frame + 8 <= __stack_end; }

bool startup_on_handler_stack(const uint32_t *frame) { return frame >= __stack_end && frame + 8 <= __handler_stack_end; }

// QEMU's board ignores accesses where there is no memory: the protection unit makes them fault below the stack.
static void guard_stack(void) {
  MPU_RNR = 0;
  MPU_RBAR = STARTUP_GUARD_START;
  MPU_RASR = MPU_RASR_NO_ACCESS(STARTUP_GUARD_LOG2_BYTES);
  MPU_CTRL = MPU_CTRL_ENABLE | MPU_CTRL_DEFAULT_MAP;
  __asm volatile("dsb \n isb" ::: "memory");
}

// Everything after the stacks: runs on the process stack.
__attribute__((noreturn, used)) static void start(void) {
  const uint32_t *image = __data_image;
  for (uint32_t *word = __data_start; word < __data_end; word++) *word = *image++;
  for (uint32_t *word = __bss_start; word < __bss_end; word++) *word = 0;
  for (void (**constructor)(void) = __init_array_start; constructor < __init_array_end; constructor++) (*constructor)();
  setup();
  for (;;) loop();
}

__attribute__((noreturn)) void Reset_Handler(void) {
  SCB_CPACR |= SCB_CPACR_FPU;
  SCB_SHCSR |= SCB_SHCSR_FAULTS;
  guard_stack();
  for (uint32_t *word = __stack_start; word < __stack_end; word++) *word = stack_paint;
  __asm volatile(
      "msr psp, %0 \n"
      "movs r0, #2 \n"  // thread mode uses the process stack
      "msr control, r0 \n"
      "isb \n"
      "b %1 \n"
      :
      : "r"(__stack_end), "i"(start)
      : "r0", "memory");
  __builtin_unreachable();
}

enum { FIRST_IRQ = 16 };

typedef void (*vector)(void);

__attribute__((section(".vectors"), used)) static const vector vectors[FIRST_IRQ + MPS2_IRQ_COUNT] = {
    [0] = (vector)(uintptr_t)__handler_stack_end,
    [1] = Reset_Handler,
    [2] = NMI_Handler,  // the watchdog's
    [3 ... 6] = Fault_Handler,  // hard, memory, bus, usage
    [7 ... FIRST_IRQ - 1] = Unexpected_Handler,
    [FIRST_IRQ + MPS2_UART0_RX_IRQ] = UART0_RX_Handler,
    [FIRST_IRQ + MPS2_UART0_RX_IRQ + 1 ... FIRST_IRQ + MPS2_TIMER1_IRQ - 1] = Unexpected_Handler,
    [FIRST_IRQ + MPS2_TIMER1_IRQ] = Timer1_Handler,
    [FIRST_IRQ + MPS2_TIMER1_IRQ + 1 ... FIRST_IRQ + MPS2_IRQ_COUNT - 1] = Unexpected_Handler,
};
