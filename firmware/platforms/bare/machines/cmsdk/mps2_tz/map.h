// Where QEMU's mps2-an505 and an521 have what a machine needs, in their secure state.
// Source: Arm DAI 0505 (the address map of the board) and DDI 0571 (IoT kit).
#ifndef MAP_H
#define MAP_H

#define MACHINE_CLOCK_HZ 20000000u
#define MACHINE_TIMER_HZ MACHINE_CLOCK_HZ
#define MACHINE_COUNTER_PS 50000u
#define MAP_TIMERS "cmsdk_timers.h"
#define MAP_TIMER0 0x50000000u
#define MAP_TIMER1 0x50001000u
#define MAP_UART0 0x50200000u
#define MAP_WATCHDOG 0x50081000u
#define MAP_TICKS_PER_WATCHDOG_STEP 1u
#define MACHINE_CLOCK_IRQ 4u
#define MACHINE_UART_IRQ 32u
#define MACHINE_IRQS 64u

#endif
