// Of a stateful model no request may run twice because its reply was lost, and none may run late: each would advance the state once too often. Only
// compiled where PLUMBLINE_STATEFUL is 1.
//
// A host numbers its requests in order and sends one again, under its number, until the reply has come. So a request with the number of the one that
// ran last is that one again: it gets the same reply. One with a lower number than a request that came before is a double that was overtaken on the
// line: it is refused. HELLO begins anew: another host counts from another number.
#ifndef ONCE_H
#define ONCE_H

#include <stddef.h>
#include <stdint.h>

#include "requests.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { ONCE_NEW, ONCE_AGAIN, ONCE_LATE } once_order;

// What a message is. After ONCE_AGAIN `reply` holds the reply and `*replied` its length. Only requests that change something can be other than new.
once_order once_look(const uint8_t *message, size_t length, uint8_t reply[MESSAGE_MAX], size_t *replied);

// Keeps the reply to a new message, where running it again would change something.
void once_keep(const uint8_t *message, size_t length, const uint8_t *reply, size_t replied);

#ifdef __cplusplus
}
#endif

#endif
