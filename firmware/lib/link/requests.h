// What the board answers to each request.
#ifndef REQUESTS_H
#define REQUESTS_H

#include <stddef.h>
#include <stdint.h>

#include "frame.h"

#ifdef __cplusplus
extern "C" {
#endif

// Most bytes of a message: header and payload.
enum { MESSAGE_MAX = PLUMBLINE_HEADER_BYTES + PLUMBLINE_PAYLOAD_MAX };

// Does what the message in the receiver's content asks for and writes the reply's message. Returns its length.
size_t requests_answer(const frame_receiver *receiver, uint8_t reply[MESSAGE_MAX]);

#ifdef __cplusplus
}
#endif

#endif
