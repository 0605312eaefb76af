// Why the board was reset, kept in memory that a reset leaves alone: a mark before the reset, a text after it.
#ifndef LAST_RESET_H
#define LAST_RESET_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { RESET_BY_WATCHDOG, RESET_BY_FAULT, RESET_BY_OVERFLOW, RESET_CAUSES } reset_cause;

#define RESET_NOWHERE UINT32_MAX  // a pc that is not known

// Leaves the mark, unless there is one since the start: what went wrong first counts.
void last_reset_mark(reset_cause cause, uint32_t pc);

// Once after each start, before anything else asks: takes the mark and removes it, so that it is told until the next start only.
void last_reset_begin(void);

// Such as "watchdog, pc 0x00000abc"; empty after power-on and after a reset that nothing marked.
const char *last_reset_text(void);

// Eight hexadecimal digits and a 0.
void hex_of(uint32_t value, char digits[9]);

#ifdef __cplusplus
}
#endif

#endif
