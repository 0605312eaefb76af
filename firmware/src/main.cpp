// The sketch: a model behind a serial line, on every board and with every engine.
#include <board.h>
#include <console.h>
#include <engine.h>
#include <serial_link.h>

void setup() {
  board_begin();
  (void)engine_begin();  // a failure is told to whoever asks: engine_error()
  console_greet();
}

void loop() {
  const int byte = board_read();
  if (byte < 0) {
    board_idle();
  } else {
    serial_link_take(static_cast<uint8_t>(byte));
  }
}
