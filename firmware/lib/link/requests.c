// See requests.h. Every request may come twice, because its reply was lost: the second time changes nothing. Of a stateful model that takes more
// than it does here, see once.h.
#include "requests.h"

#include <board.h>
#include <engine.h>
#include <inference.h>
#include <plumbline_model.h>
#include <string.h>

#include <bytes.h>
#include "layer_requests.h"
#include "once.h"
#include "rows.h"
#include <ends.h>
#include <fields.h>
#ifdef PLUMBLINE_PROFILE
#include <profile.h>
#endif

enum { SEQUENCE_AT = 1, SEQUENCE_BYTES = 2, TYPE_AT = 3, NO_ERROR = 0 };

// An engine may have overwritten its input when it ran, so a repeated INVOKE is answered from here instead of running it again.
static struct {
  bool valid;
  uint8_t sequence[SEQUENCE_BYTES];
  uint32_t input_crc32;
  uint8_t reply[PLUMBLINE_INVOKE_REPLY_BYTES];
} last_invoke;

typedef struct {
  const uint8_t *message;  // header and payload
  const uint8_t *payload;
  size_t length;  // of the payload
} request;

typedef struct {
  uint8_t *payload;
  size_t length;
} answer;

// How many rows of inputs, and of outputs, fit one BATCH and its reply.
static uint32_t batch_limit(void) {
  const uint32_t inputs = PLUMBLINE_PAYLOAD_MAX / PLUMBLINE_INPUT_BYTES;
  const uint32_t outputs = (PLUMBLINE_PAYLOAD_MAX - PLUMBLINE_BATCH_REPLY_BYTES) / PLUMBLINE_OUTPUT_BYTES;
  return inputs < outputs ? inputs : outputs;
}

// Whether a piece lies within a row.
static bool within(uint32_t offset, size_t length, uint32_t row) { return offset <= row && length <= row - offset; }

static uint8_t hello(answer *to) {
  to->payload[PLUMBLINE_HELLO_REPLY_PROTOCOL_OFFSET] = PLUMBLINE_PROTOCOL_VERSION;
  put32(to->payload + PLUMBLINE_HELLO_REPLY_INPUT_BYTES_OFFSET, PLUMBLINE_INPUT_BYTES);
  put32(to->payload + PLUMBLINE_HELLO_REPLY_OUTPUT_BYTES_OFFSET, PLUMBLINE_OUTPUT_BYTES);
  to->payload[PLUMBLINE_HELLO_REPLY_BATCH_OFFSET] = (uint8_t)batch_limit();
  to->length = PLUMBLINE_HELLO_REPLY_BYTES;
  return NO_ERROR;
}

static uint8_t field(const request *from, answer *to) {
  const uint8_t which = from->payload[PLUMBLINE_FIELD_REQUEST_FIELD_OFFSET];
  size_t length;
  if (!field_value(which, to->payload + PLUMBLINE_FIELD_REPLY_BYTES, &length)) return PLUMBLINE_ERROR_UNKNOWN_FIELD;
  to->payload[PLUMBLINE_FIELD_REPLY_FIELD_OFFSET] = which;
  to->length = PLUMBLINE_FIELD_REPLY_BYTES + length;
  return NO_ERROR;
}

static uint8_t write(const request *from, answer *to) {
  const uint32_t offset = get32(from->payload + PLUMBLINE_WRITE_REQUEST_OFFSET_OFFSET);
  const size_t length = from->length - PLUMBLINE_WRITE_REQUEST_BYTES;
  if (!within(offset, length, PLUMBLINE_INPUT_BYTES)) return PLUMBLINE_ERROR_BAD_OFFSET;
  last_invoke.valid = false;
  rows_write(offset, from->payload + PLUMBLINE_WRITE_REQUEST_BYTES, length);
  put32(to->payload + PLUMBLINE_WRITE_REPLY_OFFSET_OFFSET, offset + (uint32_t)length);
  to->length = PLUMBLINE_WRITE_REPLY_BYTES;
  return NO_ERROR;
}

static uint8_t invoke(const request *from, answer *to) {
  const uint8_t *const sequence = from->message + SEQUENCE_AT;
  const uint32_t announced = get32(from->payload + PLUMBLINE_INVOKE_REQUEST_INPUT_CRC32_OFFSET);
  const bool same_sequence = last_invoke.sequence[0] == sequence[0] && last_invoke.sequence[1] == sequence[1];
  to->length = PLUMBLINE_INVOKE_REPLY_BYTES;
  if (last_invoke.valid && same_sequence && last_invoke.input_crc32 == announced) {
    memcpy(to->payload, last_invoke.reply, sizeof last_invoke.reply);
    return NO_ERROR;
  }
  if (rows_input_crc32() != announced) return PLUMBLINE_ERROR_BAD_CHECKSUM;
  last_invoke.valid = false;
  inference_cost cost;
  if (!inference_run(&cost)) return PLUMBLINE_ERROR_ENGINE_FAILED;
  put32(to->payload + PLUMBLINE_INVOKE_REPLY_OUTPUT_CRC32_OFFSET, rows_output_crc32());
  put32(to->payload + PLUMBLINE_INVOKE_REPLY_COUNT_OFFSET, cost.count);
  put32(to->payload + PLUMBLINE_INVOKE_REPLY_TIME_NS_OFFSET, cost.time_ns);
  memcpy(last_invoke.sequence, sequence, SEQUENCE_BYTES);
  last_invoke.input_crc32 = announced;
  memcpy(last_invoke.reply, to->payload, sizeof last_invoke.reply);
  last_invoke.valid = true;
  return NO_ERROR;
}

static uint8_t read(const request *from, answer *to) {
  const uint32_t offset = get32(from->payload + PLUMBLINE_READ_REQUEST_OFFSET_OFFSET);
  const uint8_t length = from->payload[PLUMBLINE_READ_REQUEST_LENGTH_OFFSET];
  if (length == 0 || length > PLUMBLINE_PAYLOAD_MAX - PLUMBLINE_READ_REPLY_BYTES) return PLUMBLINE_ERROR_BAD_LENGTH;
  if (!within(offset, length, PLUMBLINE_OUTPUT_BYTES)) return PLUMBLINE_ERROR_BAD_OFFSET;
  put32(to->payload + PLUMBLINE_READ_REPLY_OFFSET_OFFSET, offset);
  rows_read(offset, to->payload + PLUMBLINE_READ_REPLY_BYTES, length);
  to->length = PLUMBLINE_READ_REPLY_BYTES + (size_t)length;
  return NO_ERROR;
}

static uint8_t batch(const request *from, answer *to) {
  const size_t count = from->length / PLUMBLINE_INPUT_BYTES;
  if (count == 0 || count > batch_limit() || from->length % PLUMBLINE_INPUT_BYTES != 0) return PLUMBLINE_ERROR_BAD_LENGTH;
  last_invoke.valid = false;
  uint8_t *output = to->payload + PLUMBLINE_BATCH_REPLY_BYTES;
  inference_cost cost = {0, 0};
  for (size_t i = 0; i < count; i++, output += PLUMBLINE_OUTPUT_BYTES) {
    rows_write(0, from->payload + i * PLUMBLINE_INPUT_BYTES, PLUMBLINE_INPUT_BYTES);
    if (!inference_run(&cost)) return PLUMBLINE_ERROR_ENGINE_FAILED;
    rows_read(0, output, PLUMBLINE_OUTPUT_BYTES);
  }
  put32(to->payload + PLUMBLINE_BATCH_REPLY_COUNT_OFFSET, cost.count);
  put32(to->payload + PLUMBLINE_BATCH_REPLY_TIME_NS_OFFSET, cost.time_ns);
  to->length = PLUMBLINE_BATCH_REPLY_BYTES + count * PLUMBLINE_OUTPUT_BYTES;
  return NO_ERROR;
}

static uint8_t ask(const request *from, answer *to) {
  inference_answer result;
  last_invoke.valid = false;
  switch (inference_ask((int64_t)get64(from->payload + PLUMBLINE_ASK_REQUEST_X_NANO_OFFSET), &result)) {
    case INFERENCE_DONE:
      break;
    case INFERENCE_OUT_OF_DOMAIN:
      return PLUMBLINE_ERROR_OUT_OF_DOMAIN;
    case INFERENCE_NOT_SCALAR:
      return PLUMBLINE_ERROR_NOT_SCALAR;
    case INFERENCE_FAILED:
      return PLUMBLINE_ERROR_ENGINE_FAILED;
  }
  to->payload[PLUMBLINE_ASK_REPLY_INPUT_CODE_OFFSET] = (uint8_t)result.input_code;
  to->payload[PLUMBLINE_ASK_REPLY_OUTPUT_CODE_OFFSET] = (uint8_t)result.output_code;
  put64(to->payload + PLUMBLINE_ASK_REPLY_Y_NANO_OFFSET, (uint64_t)result.y_nano);
  put32(to->payload + PLUMBLINE_ASK_REPLY_COUNT_OFFSET, result.cost.count);
  put32(to->payload + PLUMBLINE_ASK_REPLY_TIME_NS_OFFSET, result.cost.time_ns);
  to->length = PLUMBLINE_ASK_REPLY_BYTES;
  return NO_ERROR;
}

static uint8_t stats(const frame_receiver *receiver, answer *to) {
  put32(to->payload + PLUMBLINE_STATS_REPLY_UPTIME_MS_OFFSET, board_uptime_ms());
  put32(to->payload + PLUMBLINE_STATS_REPLY_FRAMES_OFFSET, receiver->frames);
  put32(to->payload + PLUMBLINE_STATS_REPLY_BAD_FRAMES_OFFSET, receiver->bad_frames);
  put32(to->payload + PLUMBLINE_STATS_REPLY_OVERRUNS_OFFSET, board_overruns());
  put32(to->payload + PLUMBLINE_STATS_REPLY_STACK_USED_OFFSET, board_stack_used());
  put32(to->payload + PLUMBLINE_STATS_REPLY_STACK_BYTES_OFFSET, board_stack_bytes());
  to->length = PLUMBLINE_STATS_REPLY_BYTES;
  return NO_ERROR;
}

#ifdef PLUMBLINE_PROFILE
static uint8_t profile(const request *from, answer *to) {
  const uint32_t number = get32(from->payload + PLUMBLINE_PROFILE_REQUEST_NUMBER_OFFSET);
  if (number >= PLUMBLINE_OPERATORS) return PLUMBLINE_ERROR_BAD_OFFSET;
  put32(to->payload + PLUMBLINE_PROFILE_REPLY_OPERATORS_OFFSET, PLUMBLINE_OPERATORS);
  put32(to->payload + PLUMBLINE_PROFILE_REPLY_COUNT_OFFSET, profile_count(number));
  put32(to->payload + PLUMBLINE_PROFILE_REPLY_PROBE_OFFSET, profile_probe_count());
  to->length = PLUMBLINE_PROFILE_REPLY_BYTES;
  return NO_ERROR;
}
#endif

#if PLUMBLINE_STATEFUL
static uint8_t reset(void) {
  last_invoke.valid = false;
  return engine_reset() ? NO_ERROR : PLUMBLINE_ERROR_ENGINE_FAILED;
}
#endif

#if !PLUMBLINE_ONE_TO_ONE
static uint8_t end(const request *from, answer *to) {
  const uint8_t direction = from->payload[PLUMBLINE_END_REQUEST_DIRECTION_OFFSET];
  const uint16_t number = get16(from->payload + PLUMBLINE_END_REQUEST_NUMBER_OFFSET);
  to->length = end_told(direction, number, to->payload);
  return to->length > 0 ? NO_ERROR : PLUMBLINE_ERROR_BAD_OFFSET;
}
#endif

// Whether a payload of this length can be the request's. `*known` tells a wrong length from an unknown type.
static bool length_fits(uint8_t type, size_t length, bool *known) {
  *known = true;
  switch (type) {
    case PLUMBLINE_REQUEST_HELLO:
      return length == PLUMBLINE_HELLO_REQUEST_BYTES;
    case PLUMBLINE_REQUEST_FIELD:
      return length == PLUMBLINE_FIELD_REQUEST_BYTES;
    case PLUMBLINE_REQUEST_WRITE:
      return length > PLUMBLINE_WRITE_REQUEST_BYTES;
    case PLUMBLINE_REQUEST_INVOKE:
      return length == PLUMBLINE_INVOKE_REQUEST_BYTES;
    case PLUMBLINE_REQUEST_READ:
      return length == PLUMBLINE_READ_REQUEST_BYTES;
    case PLUMBLINE_REQUEST_BATCH:
      return length > PLUMBLINE_BATCH_REQUEST_BYTES;
    case PLUMBLINE_REQUEST_ASK:
      return length == PLUMBLINE_ASK_REQUEST_BYTES;
    case PLUMBLINE_REQUEST_STATS:
      return length == PLUMBLINE_STATS_REQUEST_BYTES;
#ifdef PLUMBLINE_PROFILE
    case PLUMBLINE_REQUEST_PROFILE:
      return length == PLUMBLINE_PROFILE_REQUEST_BYTES;
#endif
#ifdef PLUMBLINE_LAYERS
    case PLUMBLINE_REQUEST_WATCH:
      return length == PLUMBLINE_WATCH_REQUEST_BYTES;
    case PLUMBLINE_REQUEST_LAYER:
      return length == PLUMBLINE_LAYER_REQUEST_BYTES;
#endif
#if PLUMBLINE_STATEFUL
    case PLUMBLINE_REQUEST_RESET:
      return length == PLUMBLINE_RESET_REQUEST_BYTES;
#endif
#if !PLUMBLINE_ONE_TO_ONE
    case PLUMBLINE_REQUEST_END:
      return length == PLUMBLINE_END_REQUEST_BYTES;
#endif
    default:
      *known = false;
      return false;
  }
}

// Returns NO_ERROR and the reply's payload, or the error to report.
static uint8_t dispatch(const request *from, const frame_receiver *receiver, answer *to) {
  const uint8_t type = from->message[TYPE_AT];
  if (from->message[0] != (PLUMBLINE_MARK | PLUMBLINE_PROTOCOL_VERSION)) return PLUMBLINE_ERROR_WRONG_VERSION;
  bool known;
  if (!length_fits(type, from->length, &known)) return known ? PLUMBLINE_ERROR_BAD_LENGTH : PLUMBLINE_ERROR_UNKNOWN_TYPE;
  if (type == PLUMBLINE_REQUEST_HELLO) return hello(to);
  if (type == PLUMBLINE_REQUEST_FIELD) return field(from, to);
  if (type == PLUMBLINE_REQUEST_STATS) return stats(receiver, to);
#ifdef PLUMBLINE_PROFILE
  if (type == PLUMBLINE_REQUEST_PROFILE) return profile(from, to);
#endif
#if !PLUMBLINE_ONE_TO_ONE
  if (type == PLUMBLINE_REQUEST_END) return end(from, to);
#endif
#ifdef PLUMBLINE_LAYERS
  if (type == PLUMBLINE_REQUEST_WATCH) return answer_watch(from->payload, to->payload, &to->length);
  if (type == PLUMBLINE_REQUEST_LAYER) return answer_layer(from->payload, to->payload, &to->length);
#endif
  if (engine_error()[0]) return PLUMBLINE_ERROR_ENGINE_FAILED;  // there may be no tensors to read or write
  if (type == PLUMBLINE_REQUEST_WRITE) return write(from, to);
  if (type == PLUMBLINE_REQUEST_INVOKE) return invoke(from, to);
  if (type == PLUMBLINE_REQUEST_READ) return read(from, to);
  if (type == PLUMBLINE_REQUEST_BATCH) return batch(from, to);
#if PLUMBLINE_STATEFUL
  if (type == PLUMBLINE_REQUEST_RESET) return reset();
#endif
  return ask(from, to);
}

size_t requests_answer(const frame_receiver *receiver, uint8_t reply[MESSAGE_MAX]) {
  const uint8_t *const message = receiver->content;
  const request from = {message, message + PLUMBLINE_HEADER_BYTES, receiver->length - PLUMBLINE_HEADER_BYTES};
  answer to = {reply + PLUMBLINE_HEADER_BYTES, 0};
#if PLUMBLINE_STATEFUL
  size_t replied;
  const once_order order = once_look(message, receiver->length, reply, &replied);
  if (order == ONCE_AGAIN) return replied;
  const uint8_t error = order == ONCE_LATE ? PLUMBLINE_ERROR_OUT_OF_ORDER : dispatch(&from, receiver, &to);
#else
  const uint8_t error = dispatch(&from, receiver, &to);
#endif

  reply[0] = PLUMBLINE_MARK | PLUMBLINE_PROTOCOL_VERSION;
  memcpy(reply + SEQUENCE_AT, message + SEQUENCE_AT, SEQUENCE_BYTES);
  reply[TYPE_AT] = message[TYPE_AT] | PLUMBLINE_REPLY;
  if (error != NO_ERROR) {
    reply[TYPE_AT] = PLUMBLINE_ERROR_REPLY;
    to.payload[0] = error;
    to.payload[1] = message[TYPE_AT];
    to.length = 2;
  }
#if PLUMBLINE_STATEFUL
  if (order == ONCE_NEW) once_keep(message, receiver->length, reply, PLUMBLINE_HEADER_BYTES + to.length);
#endif
  return PLUMBLINE_HEADER_BYTES + to.length;
}
