// See last_reset.h.
#include "last_reset.h"

// The linker script's: beyond everything that the start fills or QEMU loads.
extern struct {
  uint32_t pc;
  uint32_t check;  // pc ^ one of the words below: what is in the memory after power-on is hardly ever taken for a mark
} __reset_mark;

static const uint32_t words[RESET_CAUSES] = {[RESET_BY_WATCHDOG] = 0xD06B17E5u, [RESET_BY_FAULT] = 0xFA017ED0u, [RESET_BY_OVERFLOW] = 0x0F1035ACu};
static const char *const names[RESET_CAUSES] = {
    [RESET_BY_WATCHDOG] = "watchdog", [RESET_BY_FAULT] = "fault", [RESET_BY_OVERFLOW] = "stack overflow"};

static char text[sizeof "watchdog, pc 0x01234567"];

void hex_of(uint32_t value, char digits[9]) {
  for (int i = 7; i >= 0; i--, value >>= 4) digits[i] = "0123456789abcdef"[value & 15];
  digits[8] = 0;
}

static reset_cause marked(void) {
  reset_cause cause = RESET_BY_WATCHDOG;
  while (cause < RESET_CAUSES && (__reset_mark.pc ^ __reset_mark.check) != words[cause]) cause++;
  return cause;
}

void last_reset_mark(reset_cause cause, uint32_t pc) {
  if (marked() < RESET_CAUSES) return;
  __reset_mark.pc = pc;
  __reset_mark.check = pc ^ words[cause];
}

static char *append(char *end, const char *more) {
  while (*more) *end++ = *more++;
  return end;
}

void last_reset_begin(void) {
  const reset_cause cause = marked();
  if (cause == RESET_CAUSES) return;
  char *const end = append(text, names[cause]);
  if (__reset_mark.pc != RESET_NOWHERE) hex_of(__reset_mark.pc, append(end, ", pc 0x"));
  __reset_mark.check = __reset_mark.pc;
}

const char *last_reset_text(void) { return text; }
