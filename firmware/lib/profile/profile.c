// See profile.h.
#include "profile.h"

#include <board.h>
#include <plumbline_model.h>

// The counter when that many operators had run. A model has at least one operator, so there are at least two.
static uint32_t readings[PLUMBLINE_OPERATORS + 1];

// Not inlined: from one reading to the next passes the cost of one whole call, wherever the calls stand.
__attribute__((noinline)) void plumbline_probe(uint32_t done) { readings[done] = board_counter(); }

// Both ends of an operator are counted from the start: where a step is no whole number of the unit, that keeps roundings from adding up.
static uint32_t count_until(uint32_t done) { return board_counter_steps(readings[done] - readings[0]); }

uint32_t profile_probe_count(void) {
  const uint32_t kept[] = {readings[0], readings[1]};
  // The least of a few tries: an interrupt in between makes a try longer, never shorter.
  uint32_t least = UINT32_MAX;
  for (int i = 0; i < 8; i++) {
    // Five calls: on the virtual board five instructions are eight ticks, and nothing is lost by rounding.
    plumbline_probe(0);
    plumbline_probe(1);
    plumbline_probe(1);
    plumbline_probe(1);
    plumbline_probe(1);
    plumbline_probe(1);
    const uint32_t difference = readings[1] - readings[0];
    if (difference < least) least = difference;
  }
  readings[0] = kept[0];
  readings[1] = kept[1];
  return (board_counter_steps(least) + 2) / 5;
}

uint32_t profile_count(uint32_t number) {
  const uint32_t count = count_until(number + 1) - count_until(number);
  const uint32_t probe = profile_probe_count();
  return count > probe ? count - probe : 0;
}
