// See layer_requests.h.
#include "layer_requests.h"

#include <plumbline_model.h>

#ifdef PLUMBLINE_LAYERS
#include <bytes.h>
#include <layers.h>
#include <plumbline_wire.h>

enum { NO_ERROR = 0 };

uint8_t answer_watch(const uint8_t *request, uint8_t *reply, size_t *length) {
  const uint32_t layer = get32(request + PLUMBLINE_WATCH_REQUEST_LAYER_OFFSET);
  if (layer >= PLUMBLINE_OPERATORS) return PLUMBLINE_ERROR_BAD_OFFSET;
  layers_watch(layer, request[PLUMBLINE_WATCH_REQUEST_OUTPUT_OFFSET], get32(request + PLUMBLINE_WATCH_REQUEST_OFFSET_OFFSET));
  put32(reply + PLUMBLINE_WATCH_REPLY_ROOM_OFFSET, PLUMBLINE_LAYERS_ROOM);
  *length = PLUMBLINE_WATCH_REPLY_BYTES;
  return NO_ERROR;
}

uint8_t answer_layer(const uint8_t *request, uint8_t *reply, size_t *length) {
  const uint32_t offset = get32(request + PLUMBLINE_LAYER_REQUEST_OFFSET_OFFSET);
  const uint8_t most = request[PLUMBLINE_LAYER_REQUEST_LENGTH_OFFSET];
  if (most > PLUMBLINE_PAYLOAD_MAX - PLUMBLINE_LAYER_REPLY_BYTES) return PLUMBLINE_ERROR_BAD_LENGTH;
  uint32_t crc32;
  put32(reply + PLUMBLINE_LAYER_REPLY_BYTES_OFFSET, layers_seen(&crc32));
  put32(reply + PLUMBLINE_LAYER_REPLY_CRC32_OFFSET, crc32);
  *length = PLUMBLINE_LAYER_REPLY_BYTES + layers_read(offset, reply + PLUMBLINE_LAYER_REPLY_BYTES, most);
  return NO_ERROR;
}
#endif
