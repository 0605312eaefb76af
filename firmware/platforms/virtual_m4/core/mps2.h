// The registers of QEMU's mps2-an386 that the firmware uses: CMSDK UART, timers and watchdog, and the Cortex-M4's own.
// Sources: Arm DDI 0479 (CMSDK), Arm DAI 0400 (AN386), Armv7-M Architecture Reference Manual.
#ifndef MPS2_H
#define MPS2_H

#include <stdint.h>

#define MPS2_CLOCK_HZ 25000000u

typedef struct {
  volatile uint32_t data;
  volatile uint32_t state;
  volatile uint32_t ctrl;
  volatile uint32_t intstatus;  // write 1 to clear
  volatile uint32_t bauddiv;
} mps2_uart;

#define MPS2_UART0 ((mps2_uart *)0x40004000u)
#define MPS2_UART_TX_FULL (1u << 0)
#define MPS2_UART_RX_FULL (1u << 1)
#define MPS2_UART_RX_OVERRUN (1u << 3)
#define MPS2_UART_TX_ENABLE (1u << 0)
#define MPS2_UART_RX_ENABLE (1u << 1)
#define MPS2_UART_RX_INTERRUPT (1u << 3)
#define MPS2_UART_INTSTATUS_RX (1u << 1)
#define MPS2_UART_INTSTATUS_RX_OVERRUN (1u << 3)

typedef struct {
  volatile uint32_t ctrl;
  volatile uint32_t value;  // counts down to 0, then takes `reload`
  volatile uint32_t reload;
  volatile uint32_t intstatus;  // write 1 to clear
} mps2_timer;

#define MPS2_TIMER0 ((mps2_timer *)0x40000000u)
#define MPS2_TIMER1 ((mps2_timer *)0x40001000u)
#define MPS2_TIMER_ENABLE (1u << 0)
#define MPS2_TIMER_INTERRUPT (1u << 3)

typedef struct {
  volatile uint32_t load;  // the counter begins there at once
  volatile uint32_t value;  // counts down to 0, then takes `load`
  volatile uint32_t control;
  volatile uint32_t intclr;  // any write clears the interrupt and takes `load`
} mps2_watchdog;

// Its interrupt is the NMI; when the counter reaches 0 while that is still pending the board is reset.
#define MPS2_WATCHDOG ((mps2_watchdog *)0x40008000u)
#define MPS2_WATCHDOG_INTERRUPT (1u << 0)
#define MPS2_WATCHDOG_RESET (1u << 1)

#define MPS2_UART0_RX_IRQ 0u
#define MPS2_TIMER1_IRQ 9u
#define MPS2_IRQ_COUNT 32u

#define NVIC_ISER0 (*(volatile uint32_t *)0xE000E100u)
#define SCB_CFSR (*(volatile uint32_t *)0xE000ED28u)
#define SCB_MMFAR (*(volatile uint32_t *)0xE000ED34u)
#define SCB_BFAR (*(volatile uint32_t *)0xE000ED38u)
#define SCB_SHCSR (*(volatile uint32_t *)0xE000ED24u)
#define MPU_CTRL (*(volatile uint32_t *)0xE000ED94u)
#define MPU_RNR (*(volatile uint32_t *)0xE000ED98u)
#define MPU_RBAR (*(volatile uint32_t *)0xE000ED9Cu)
#define MPU_RASR (*(volatile uint32_t *)0xE000EDA0u)
#define MPU_CTRL_ENABLE (1u << 0)
#define MPU_CTRL_DEFAULT_MAP (1u << 2)  // where no region says otherwise
#define MPU_RASR_NO_ACCESS(log2_bytes) (1u << 28 | ((log2_bytes)-1u) << 1 | 1u)
#define SCB_CPACR (*(volatile uint32_t *)0xE000ED88u)
#define SCB_SHCSR_FAULTS (7u << 16)  // memory, bus and usage faults have vectors of their own
#define SCB_CFSR_MSTKERR (1u << 4)
#define SCB_CFSR_MLSPERR (1u << 5)
#define SCB_CFSR_MMARVALID (1u << 7)
#define SCB_CFSR_STKERR (1u << 12)
#define SCB_CFSR_LSPERR (1u << 13)
#define SCB_AIRCR (*(volatile uint32_t *)0xE000ED0Cu)
#define SCB_AIRCR_RESET 0x05FA0004u
#define SCB_CPACR_FPU (0xFu << 20)

#endif
