// board.h's counter: CMSDK timer0 as a counter of instructions. With `-icount shift=6` QEMU lets 64 ns pass per instruction, which are
// 1.6 ticks of the 25 MHz timer.
#ifndef INSTRUCTION_COUNTER_H
#define INSTRUCTION_COUNTER_H

// Starts the timer and measures a loop of known length: only when that takes the expected ticks does the board count instructions.
void instruction_counter_begin(void);

#endif
