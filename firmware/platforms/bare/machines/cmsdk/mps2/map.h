// Where QEMU's mps2-an385, an386 and an500 have what a machine needs.
// Sources: Arm DAI 0385, DAI 0386 (the address map of the MPS2 board) and DDI 0479.
#ifndef MAP_H
#define MAP_H

#define MACHINE_CLOCK_HZ 25000000u
#define MACHINE_TIMER_HZ MACHINE_CLOCK_HZ
#define MACHINE_COUNTER_PS 40000u
#define MAP_TIMERS "cmsdk_timers.h"
#define MAP_TIMER0 0x40000000u
#define MAP_TIMER1 0x40001000u
#define MAP_UART0 0x40004000u
#define MAP_WATCHDOG 0x40008000u
#define MAP_TICKS_PER_WATCHDOG_STEP 1u
#define MACHINE_UART_IRQ 0u
#define MACHINE_CLOCK_IRQ 9u
#define MACHINE_IRQS 32u

#endif
