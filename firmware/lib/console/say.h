// Text to whoever reads the serial line. That nobody reads is no error.
#ifndef SAY_H
#define SAY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

void say(const char *text);

// Both texts and the end of the line.
void say_line(const char *label, const char *text);

// A number of 1e-9, see decimal_print().
void say_number(int64_t nano, unsigned least, unsigned most);

#ifdef __cplusplus
}
#endif

#endif
