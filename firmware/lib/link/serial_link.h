// The serial line: bytes in, replies and console lines out.
#ifndef SERIAL_LINK_H
#define SERIAL_LINK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Takes one byte from the host and answers when it completes a request or a line.
void serial_link_take(uint8_t byte);

#ifdef __cplusplus
}
#endif

#endif
