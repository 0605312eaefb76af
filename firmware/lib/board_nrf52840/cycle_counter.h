// board.h's counter: the Cortex-M4's own. On the chip it counts cycles; an emulator has none to count, and counts instructions.
#ifndef CYCLE_COUNTER_H
#define CYCLE_COUNTER_H

// Starts the counter, measures what a reading costs, and tells by a loop of known length what is counted.
void cycle_counter_begin(void);

#endif
