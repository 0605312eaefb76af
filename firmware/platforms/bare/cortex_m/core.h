// A Cortex-M: what the board's implementation asks of its core, and the registers that the start-up code and the fault handlers use, as far as
// the core has them.
// Sources: Armv6-M, Armv7-M and Armv8-M Architecture Reference Manuals.
#ifndef CORE_H
#define CORE_H

#include <stdint.h>

#define NVIC_ISER ((volatile uint32_t *)0xE000E100u)
#define NVIC_ICER ((volatile uint32_t *)0xE000E180u)
#define NVIC_ISPR ((volatile uint32_t *)0xE000E200u)
#define NVIC_IPR ((volatile uint8_t *)0xE000E400u)  // not of Armv6-M, which takes whole words alone

#define SCB_VTOR (*(volatile uint32_t *)0xE000ED08u)
#define SCB_AIRCR (*(volatile uint32_t *)0xE000ED0Cu)
#define SCB_AIRCR_RESET 0x05FA0004u
#define SCB_CPACR (*(volatile uint32_t *)0xE000ED88u)
#define SCB_CPACR_FPU (0xFu << 20)

// Armv6-M has the hard fault alone, and no word of its cause.
#if __ARM_ARCH_PROFILE == 'M' && __ARM_ARCH > 6
#define HAS_FAULT_STATUS 1
#else
#define HAS_FAULT_STATUS 0
#endif

#define SCB_SHCSR (*(volatile uint32_t *)0xE000ED24u)
#define SCB_SHCSR_FAULTS (7u << 16)  // memory, bus and usage faults have vectors of their own
#define SCB_CFSR (*(volatile uint32_t *)0xE000ED28u)
#define SCB_CFSR_MSTKERR (1u << 4)
#define SCB_CFSR_MLSPERR (1u << 5)
#define SCB_CFSR_MMARVALID (1u << 7)
#define SCB_CFSR_STKERR (1u << 12)
#define SCB_CFSR_LSPERR (1u << 13)
#define SCB_CFSR_STKOF (1u << 20)  // Armv8-M
#define SCB_MMFAR (*(volatile uint32_t *)0xE000ED34u)
#define SCB_BFAR (*(volatile uint32_t *)0xE000ED38u)

// The cycle counter, which Armv6-M lacks.
#define DEMCR (*(volatile uint32_t *)0xE000EDFCu)
#define DEMCR_TRCENA (1u << 24)
#define DWT_CTRL (*(volatile uint32_t *)0xE0001000u)
#define DWT_CTRL_CYCCNTENA (1u << 0)
#define DWT_CYCCNT (*(volatile uint32_t *)0xE0001004u)

// The protection unit of Armv7-M.
#define MPU_CTRL (*(volatile uint32_t *)0xE000ED94u)
#define MPU_RNR (*(volatile uint32_t *)0xE000ED98u)
#define MPU_RBAR (*(volatile uint32_t *)0xE000ED9Cu)
#define MPU_RASR (*(volatile uint32_t *)0xE000EDA0u)
#define MPU_CTRL_ENABLE (1u << 0)
#define MPU_CTRL_DEFAULT_MAP (1u << 2)  // where no region says otherwise
#define MPU_RASR_NO_ACCESS(log2_bytes) (1u << 28 | ((log2_bytes)-1u) << 1 | 1u)

// Two instructions per turn; `turns` is a variable.
#define CORE_SPIN(turns)   \
  __asm volatile(          \
      "1: subs %0, #1 \n"  \
      "   bne 1b \n"       \
      : "+l"(turns)        \
      :                    \
      : "cc")

static inline void core_enable_interrupt(uint32_t number) { NVIC_ISER[number / 32] = 1u << number % 32; }
static inline void core_raise_interrupt(uint32_t number) { NVIC_ISPR[number / 32] = 1u << number % 32; }
static inline void core_interrupt_priority(uint32_t number, uint8_t priority) { NVIC_IPR[number] = priority; }  // 0 comes first

// Off from the next instruction on.
static inline void core_disable_interrupt(uint32_t number) {
  NVIC_ICER[number / 32] = 1u << number % 32;
  __asm volatile("dsb \n isb" ::: "memory");
}

static inline void core_interrupts_off(void) { __asm volatile("cpsid i" ::: "memory"); }
static inline void core_interrupts_on(void) { __asm volatile("cpsie i" ::: "memory"); }

// Until an interrupt is pending, whether or not they are on.
static inline void core_wait(void) { __asm volatile("wfi" ::: "memory"); }

__attribute__((noreturn)) static inline void core_reset(void) {
  SCB_AIRCR = SCB_AIRCR_RESET;
  for (;;) {
  }
}

#endif
