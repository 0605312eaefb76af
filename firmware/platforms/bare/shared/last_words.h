// What the firmware says over its UART when it cannot go on, before it resets. With -no-reboot QEMU ends there, so that a host sees a closed
// connection and the reason for it instead of silence.
#ifndef LAST_WORDS_H
#define LAST_WORDS_H

#include <stdint.h>

// The first of them, e.g. "\r\nFault: ".
void last_words_begin(const char *what);

void last_words_say(const char *text);

// A text and 8 hexadecimal digits.
void last_words_hex(const char *name, uint32_t value);

// Ends the line and resets the board.
void last_words_end(void) __attribute__((noreturn));

#endif
