// Somebody's firmware on the virtual board, with three exported models in it: runs their self-tests and ends the emulator.
#include <stdint.h>

#include "gauge.h"
#include "keyword.h"
#include "lamp.h"
#include "machine.h"

int keyword_test(keyword_memory *memory, void (*print)(const char *line));
int gauge_test(gauge_memory *memory, void (*print)(const char *line));
int lamp_test(lamp_memory *memory, void (*print)(const char *line));
int32_t infer(const float *x);  // the README's

static keyword_memory keyword;
static gauge_memory gauge;
static lamp_memory lamp;
static const float image[KEYWORD_INPUT_ELEMENTS] = {0};

void UART_Handler(void) { machine_uart_acknowledge(); }
void Clock_Handler(void) {}

static void print_line(const char *line) {
  for (; *line; line++) machine_uart_send((uint8_t)*line);
  machine_uart_send('\n');
}

void setup(void) {
  machine_uart_begin();
  int failures = keyword_test(&keyword, print_line) + gauge_test(&gauge, print_line) + lamp_test(&lamp, print_line);
  const int32_t class = infer(image);
  if (class < 0 || class >= KEYWORD_OUTPUT_ELEMENTS) failures++;
  print_line(failures == 0 ? "PASS" : "FAIL");
}

// SYS_EXIT of Arm's semihosting, with the reason ADP_Stopped_ApplicationExit.
void loop(void) {
  register uint32_t what __asm__("r0") = 0x18;
  register uint32_t reason __asm__("r1") = 0x20026;
  __asm__ volatile("bkpt 0xab" : : "r"(what), "r"(reason) : "memory");
}
