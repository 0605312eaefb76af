// What the start-up code offers to the board's implementation.
#ifndef STARTUP_H
#define STARTUP_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Size of the program's stack, and its deepest use so far, in bytes.
uint32_t startup_stack_bytes(void);
uint32_t startup_stack_used(void);

// Nothing may be accessed here, from 8 MB below the RAM, where the stack begins, to its beginning.
#define STARTUP_GUARD_START 0x1F800000u
#define STARTUP_GUARD_LOG2_BYTES 23u

// Whether a saved exception frame at this address lies within the program's stack.
bool startup_on_stack(const uint32_t *frame);

// Whether it lies within the stack of the handlers.
bool startup_on_handler_stack(const uint32_t *frame);

// The interrupts in use: the board's implementation defines them.
void UART0_RX_Handler(void);
void Timer1_Handler(void);

// Ends of the program: they say what happened over the UART and reset, which ends QEMU when it runs with -no-reboot.
void Fault_Handler(void);
void NMI_Handler(void);
void Unexpected_Handler(void);

#ifdef __cplusplus
}
#endif

#endif
