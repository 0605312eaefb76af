// board.h's counter: the machine's counter of ticks as one of instructions. QEMU lets PLUMBLINE_INSTRUCTION_NS pass
// per instruction (-icount).
#ifndef INSTRUCTION_COUNTER_H
#define INSTRUCTION_COUNTER_H

// Starts the timer and measures a loop of known length: only when that takes the expected ticks does the board count instructions.
void instruction_counter_begin(void);

#endif
