// The facts of the board's identity, as the wire's field codes encode them.
#ifndef FIELDS_H
#define FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Writes the field's value, at most PLUMBLINE_TEXT_MAX bytes, and its length; false when there is no such field.
bool field_value(uint8_t field, uint8_t *value, size_t *length);

// What the firmware was built from and with.
const char *field_build(void);

#ifdef __cplusplus
}
#endif

#endif
