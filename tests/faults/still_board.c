// What board.h asks of a board besides its line, for the firmware as a program of this machine: nothing moves and nothing is measured.
#include <board.h>

const char *board_name(void) { return "this machine"; }

uint32_t board_clock_hz(void) { return 1; }

uint32_t board_overruns(void) { return 0; }

uint32_t board_uptime_ms(void) { return 0; }

uint32_t board_uptime_us(void) { return 0; }

void board_feed(void) {}

const char *board_last_reset(void) { return ""; }

uint32_t board_counter(void) { return 0; }

const char *board_counter_unit(void) { return "ticks"; }

uint32_t board_counter_count(uint32_t difference) { return difference; }

uint32_t board_counter_ns(uint32_t difference) { return difference; }

uint32_t board_stack_used(void) { return 0; }

uint32_t board_stack_bytes(void) { return 0; }
