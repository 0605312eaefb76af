// See last_words.h.
#include "last_words.h"

#include "core.h"
#include "last_reset.h"
#include "machine.h"

#ifdef MACHINE_QUIET_POLLS
enum { QUIET_POLLS = MACHINE_QUIET_POLLS };
#else
enum { QUIET_POLLS = 100000 };
#endif

// Polled: nothing of the program can be relied on any more. When nobody takes the bytes the watchdog's second timeout ends it.
void last_words_say(const char *text) {
  for (; *text; text++) {
    while (machine_uart_full()) {
    }
    machine_uart_send((uint8_t)*text);
  }
}

void last_words_hex(const char *name, uint32_t value) {
  char digits[9];
  hex_of(value, digits);
  last_words_say(name);
  last_words_say(digits);
}

void last_words_begin(const char *what) {
  machine_uart_begin_sending();
  last_words_say(what);
}

__attribute__((noreturn)) void last_words_end(void) {
  last_words_say("\r\n");
  // A connection that ends with unread bytes takes our last words with it: until none has come for a while, requests are thrown away.
  for (uint32_t quiet = 0; quiet < QUIET_POLLS; quiet++) {
    if (machine_uart_received()) {
      (void)machine_uart_take();
      quiet = 0;
    }
  }
  core_reset();
}
