// Decimal numbers as integers of 1e-9 ("nano"), without floating point.
#ifndef DECIMAL_H
#define DECIMAL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { DECIMAL_PLACES = 9, DECIMAL_TEXT_MAX = 22 };  // "-9223372036.854775807" and the final 0

typedef enum {
  DECIMAL_OK,
  DECIMAL_MALFORMED,  // not an optional sign and digits with at most one point
  DECIMAL_TOO_LARGE,  // beyond +-9223372036.854775807
  DECIMAL_TOO_FINE,   // more than nine decimals that matter
} decimal_status;

// Reads all `length` characters as one number; *nano is written on DECIMAL_OK only.
decimal_status decimal_parse(const char *text, size_t length, int64_t *nano);

// Writes the number rounded (half away from zero) to `most` decimals (0-9), without trailing zeros beyond `least` decimals.
// Returns the length; `text` holds DECIMAL_TEXT_MAX characters and is terminated.
size_t decimal_print(int64_t nano, unsigned least, unsigned most, char *text);

#ifdef __cplusplus
}
#endif

#endif
