// Ends of the program on a Cortex-M.
#ifndef FAULT_H
#define FAULT_H

// Nothing may be accessed in so many bytes below the stack, which begins with the RAM.
#define FAULT_GUARD_LOG2_BYTES 23
#define FAULT_GUARD_BYTES (1u << FAULT_GUARD_LOG2_BYTES)

// Each says what happened and resets the board.
void Fault_Handler(void);
void NMI_Handler(void);
void Unexpected_Handler(void);

#endif
