// See serial_link.h.
#include "serial_link.h"

#include <board.h>
#include <console.h>

#include "frame.h"
#include "requests.h"

static frame_receiver receiver;

static void answer(void) {
  uint8_t frame[PLUMBLINE_FRAME_MAX];
  const size_t length = frame_seal(frame, requests_answer(&receiver, frame + FRAME_MESSAGE_AT));
  // A reply that did not get out is a reply the host asks for again.
  (void)board_write(frame, length);
}

void serial_link_take(uint8_t byte) {
  switch (frame_take(&receiver, byte)) {
    case FRAME_NOTHING:
      break;
    case FRAME_TEXT:
      for (uint8_t i = 0; i < receiver.length; i++) console_take((char)receiver.content[i]);
      break;
    case FRAME_DELIMITER:
      console_forget();
      break;
    case FRAME_MESSAGE:
      answer();
      break;
  }
}
