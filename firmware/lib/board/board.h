// What the sketch needs of a board. One implementation for the Arduino Nano 33 BLE, one for the virtual board, one for tests.
#ifndef PLUMBLINE_BOARD_H
#define PLUMBLINE_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The sketch, which the board's main() runs: once, then over and over. The Arduino core declares the two as C functions as well.
void setup(void);
void loop(void);

void board_begin(void);

const char *board_name(void);
uint32_t board_clock_hz(void);

// Next byte from the host, 0-255, or -1 when there is none.
int board_read(void);

// Sends all bytes, or gives up when the host does not take them; false then.
bool board_write(const uint8_t *bytes, size_t length);

// Bytes lost because the host sent faster than the sketch read.
uint32_t board_overruns(void);

// Says that the program gets on: a watchdog, where the board has one, begins anew. Said before each inference; reading, writing and waiting
// say it too.
void board_feed(void);

// Waits until something may have arrived; may return at once.
void board_idle(void);

uint32_t board_uptime_ms(void);
uint32_t board_uptime_us(void);

// Free-running counter around an inference, its unit ("cycles", "instructions", "ticks"), and the time of a difference of two readings.
uint32_t board_counter(void);
const char *board_counter_unit(void);
// Converts a difference of two readings into the unit's count, without the cost of reading the counter itself.
uint32_t board_counter_count(uint32_t difference);
// For profiling. Converts any number of the counter's steps, nothing subtracted.
uint32_t board_counter_steps(uint32_t steps);
// For profiling. Begins a step of the counter now: where a step is no whole number of the unit, equal work then counts equally every time.
void board_counter_align(void);
// A difference of two readings as time, without the cost of reading; UINT32_MAX where it does not fit.
uint32_t board_counter_ns(uint32_t difference);

// Why the board started, as long as it runs: empty after power-on and an ordinary reset, else for instance "watchdog, pc 0x00000abc".
const char *board_last_reset(void);

// Deepest use of the stack so far and its size in bytes; 0 where the board cannot tell.
uint32_t board_stack_used(void);
uint32_t board_stack_bytes(void);

#ifdef __cplusplus
}
#endif

#endif
