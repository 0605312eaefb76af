// The console for a person in a serial monitor: a number is answered with the model's number.
#ifndef CONSOLE_H
#define CONSOLE_H

#ifdef __cplusplus
extern "C" {
#endif

// Says what this is and how to go on.
void console_greet(void);

// Takes one character; a line ends with \n, \r or both and is answered at once.
void console_take(char character);

// Drops the unfinished line.
void console_forget(void);

#ifdef __cplusplus
}
#endif

#endif
