// See say.h.
#include "say.h"

#include <board.h>
#include <decimal.h>

void say(const char *text) {
  size_t length = 0;
  while (text[length]) length++;
  (void)board_write((const uint8_t *)text, length);
}

void say_line(const char *label, const char *text) {
  say(label);
  say(text);
  say("\r\n");
}

void say_number(int64_t nano, unsigned least, unsigned most) {
  char text[DECIMAL_TEXT_MAX];
  (void)decimal_print(nano, least, most, text);
  say(text);
}
