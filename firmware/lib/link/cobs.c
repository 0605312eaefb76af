// See cobs.h.
#include "cobs.h"

void cobs_stuff(uint8_t *bytes, size_t length) {
  size_t last = 0;  // where the distance to the next zero belongs
  for (size_t i = 1; i <= length; i++) {
    if (bytes[i] != 0) continue;
    bytes[last] = (uint8_t)(i - last);
    last = i;
  }
  bytes[last] = (uint8_t)(length + 1 - last);
}

bool cobs_unstuff(uint8_t *bytes, size_t length) {
  size_t at = 0;
  while (at <= length) {
    const uint8_t distance = bytes[at];
    if (distance == 0) return false;
    bytes[at] = 0;
    at += distance;
  }
  return at == length + 1;
}
