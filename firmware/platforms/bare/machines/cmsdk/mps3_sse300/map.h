// Where QEMU's mps3-an547 has what a machine needs, in its secure state.
// Source: Arm DAI 0547 (the address map of the board) and 101773 (SSE-300).
#ifndef MAP_H
#define MAP_H

#define MACHINE_CLOCK_HZ 32000000u
#define MACHINE_TIMER_HZ MACHINE_CLOCK_HZ
#define MACHINE_COUNTER_PS 31250u
#define MAP_TIMERS "sse_timers.h"
#define MAP_TIMER0 0x58000000u
#define MAP_TIMER1 0x58001000u
#define MAP_SYSTEM_COUNTER 0x58100000u
#define MAP_UART0 0x59303000u
// It counts the slow clock of 32,768 Hz: 976.6 ticks, so that it bites 0.06 % late.
#define MAP_WATCHDOG 0x5802E000u
#define MAP_TICKS_PER_WATCHDOG_STEP 976u
#define MACHINE_CLOCK_IRQ 4u
#define MACHINE_UART_IRQ 33u
#define MACHINE_IRQS 96u

#endif
