// Interrupts and ends of the program on a RISC-V core.
#ifndef TRAP_H
#define TRAP_H

// Every trap begins here, on the program's stack, and goes on on the stack of the handlers.
void trap_entry(void);

#endif
