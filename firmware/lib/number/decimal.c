// See decimal.h.
#include "decimal.h"

#include <stdbool.h>

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

// value = 10 * value + digit; false when that exceeds INT64_MAX.
static bool append_digit(uint64_t *value, unsigned digit) {
  const uint64_t most = INT64_MAX;
  if (*value > most / 10 || (*value == most / 10 && digit > most % 10)) return false;
  *value = *value * 10 + digit;
  return true;
}

decimal_status decimal_parse(const char *text, size_t length, int64_t *nano) {
  const char *const end = text + length;
  const bool negative = length > 0 && *text == '-';
  if (length > 0 && (*text == '-' || *text == '+')) text++;

  uint64_t value = 0;
  unsigned decimals = 0;
  bool digits = false, point = false, large = false, fine = false;
  for (; text < end; text++) {
    if (*text == '.' && !point) {
      point = true;
      continue;
    }
    if (!is_digit(*text)) return DECIMAL_MALFORMED;
    digits = true;
    const unsigned digit = (unsigned)(*text - '0');
    if (point && decimals == DECIMAL_PLACES) {
      fine = fine || digit != 0;
      continue;
    }
    if (point) decimals++;
    large = !append_digit(&value, digit) || large;
  }
  if (!digits) return DECIMAL_MALFORMED;
  for (; decimals < DECIMAL_PLACES; decimals++) large = !append_digit(&value, 0) || large;
  if (large) return DECIMAL_TOO_LARGE;
  if (fine) return DECIMAL_TOO_FINE;
  *nano = negative ? -(int64_t)value : (int64_t)value;
  return DECIMAL_OK;
}

// Long division in three steps of 32 bits: the C library's 64-bit division is larger than all of this file.
static unsigned divide_by_ten(uint64_t *value) {
  const uint32_t high = (uint32_t)(*value >> 32);
  const uint32_t middle = high % 10 << 16 | ((uint32_t)*value >> 16);
  const uint32_t low = middle % 10 << 16 | ((uint32_t)*value & 0xFFFF);
  *value = (uint64_t)(high / 10) << 32 | (uint64_t)(middle / 10) << 16 | low / 10;
  return low % 10;
}

size_t decimal_print(int64_t nano, unsigned least, unsigned most, char *text) {
  uint64_t value = nano < 0 ? 0 - (uint64_t)nano : (uint64_t)nano;
  unsigned dropped = 0;
  for (unsigned place = DECIMAL_PLACES; place > most; place--) dropped = divide_by_ten(&value);
  if (dropped >= 5) value++;  // the digits dropped before only make it larger than a tie, or equal

  char reversed[DECIMAL_TEXT_MAX];
  size_t count = 0;
  const bool negative = nano < 0 && value != 0;
  bool trimming = true;
  for (unsigned place = most; place > 0; place--) {
    const unsigned digit = divide_by_ten(&value);
    trimming = trimming && digit == 0 && place > least;
    if (!trimming) reversed[count++] = (char)('0' + digit);
  }
  if (count > 0) reversed[count++] = '.';
  do {
    reversed[count++] = (char)('0' + divide_by_ten(&value));
  } while (value != 0);
  if (negative) reversed[count++] = '-';

  for (size_t i = 0; i < count; i++) text[i] = reversed[count - 1 - i];
  text[count] = 0;
  return count;
}
