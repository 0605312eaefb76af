// What the start-up code offers to the board's implementation, and its parts to each other.
#ifndef STARTUP_H
#define STARTUP_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The linker script's. The program runs on the first stack, faults and interrupts on the second: a handler then still works when the program
// has used up its own.
extern uint32_t __stack_start[], __stack_end[];

// Size of the program's stack, and its deepest use so far, in bytes.
uint32_t startup_stack_bytes(void);
uint32_t startup_stack_used(void);

// So that its use can be told; before anything runs on it.
void startup_paint_stack(void);

// Static data, then the sketch: runs on the program's stack.
void startup_run(void) __attribute__((noreturn));

// Whether a saved exception frame at this address lies within the program's stack.
bool startup_on_stack(const uint32_t *frame);

// Whether it lies within the stack of the handlers.
bool startup_on_handler_stack(const uint32_t *frame);

// The core's: where the program begins.
void Reset_Handler(void) __attribute__((noreturn));

// The interrupts in use: the board's implementation defines them.
void UART_Handler(void);
void Clock_Handler(void);

#ifdef __cplusplus
}
#endif

#endif
