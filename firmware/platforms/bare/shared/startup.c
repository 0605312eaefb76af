// What every core does between its reset and the sketch: the program's stack, static data, setup() and loop().
#include "startup.h"

extern uint32_t __handler_stack_end[];
extern uint32_t __data_start[], __data_end[], __data_image[], __bss_start[], __bss_end[];
extern void (*__init_array_start[])(void), (*__init_array_end[])(void);

void setup(void);  // the sketch's
void loop(void);

static const uint32_t stack_paint = 0xA5A5A5A5u;

void startup_paint_stack(void) {
  for (uint32_t *word = __stack_start; word < __stack_end; word++) *word = stack_paint;
}

uint32_t startup_stack_bytes(void) { return (uint32_t)((uintptr_t)__stack_end - (uintptr_t)__stack_start); }

uint32_t startup_stack_used(void) {
  const uint32_t *word = __stack_start;
  while (word < __stack_end && *word == stack_paint) word++;
  return (uint32_t)((uintptr_t)__stack_end - (uintptr_t)word);
}

bool startup_on_stack(const uint32_t *frame) { return frame >= __stack_start && frame + 8 <= __stack_end; }

bool startup_on_handler_stack(const uint32_t *frame) { return frame >= __stack_end && frame + 8 <= __handler_stack_end; }

__attribute__((noreturn)) void startup_run(void) {
  const uint32_t *image = __data_image;
  for (uint32_t *word = __data_start; word < __data_end; word++) *word = *image++;
  for (uint32_t *word = __bss_start; word < __bss_end; word++) *word = 0;
  for (void (**constructor)(void) = __init_array_start; constructor < __init_array_end; constructor++) (*constructor)();
  setup();
  for (;;) loop();
}
