// board.h on Arduino's API alone, for every board that has a core: Serial, millis(), micros() and yield(). What that API cannot tell, the reason of a
// reset, the use of the stack and a count of cycles, the host learns as unknown, or as microseconds.
#include <board.h>
#include <plumbline_build.h>

#include "arduino_core.h"

namespace {

// One byte less than a USB packet: a short packet ends a transfer, so that the host sees it at once and nothing waits for an empty one.
constexpr size_t piece_bytes = 63;
constexpr uint32_t patience_ms = 500;
constexpr uint32_t baud = 115200;  // where Serial is a UART

// Some cores never say how much they would take without blocking, and answer 0.
bool tells_room;

size_t room() {
  const int told = Serial.availableForWrite();
  if (told > 0) tells_room = true;
  return told > 0 ? static_cast<size_t>(told) : tells_room ? 0 : piece_bytes;
}

size_t least(size_t left, size_t right) { return left < right ? left : right; }

}  // namespace

void board_begin(void) { Serial.begin(baud); }

const char *board_name(void) { return PLUMBLINE_BOARD; }

uint32_t board_clock_hz(void) { return static_cast<uint32_t>(F_CPU); }

int board_read(void) { return Serial.available() > 0 ? Serial.read() : -1; }

bool board_write(const uint8_t *bytes, size_t length) {
  uint32_t start = board_uptime_ms();
  while (length > 0) {
    const size_t piece = least(least(length, piece_bytes), room());
    const size_t taken = piece > 0 ? Serial.write(bytes, piece) : 0;
    bytes += taken;
    length -= taken;
    if (taken > 0) {
      start = board_uptime_ms();
    } else {
      if (!Serial || board_uptime_ms() - start > patience_ms) return false;  // asked then only: mbed's core sleeps over the question
      yield();
    }
  }
  return true;
}

uint32_t board_overruns(void) { return 0; }

void board_feed(void) {}

void board_idle(void) { yield(); }

uint32_t board_uptime_ms(void) { return static_cast<uint32_t>(millis()); }

uint32_t board_uptime_us(void) { return static_cast<uint32_t>(micros()); }

uint32_t board_counter(void) { return board_uptime_us(); }

const char *board_counter_unit(void) { return "ticks"; }

uint32_t board_counter_count(uint32_t difference) { return difference; }

uint32_t board_counter_steps(uint32_t steps) { return steps; }

void board_counter_align(void) {}

uint32_t board_counter_ns(uint32_t difference) { return difference < UINT32_MAX / 1000 ? difference * 1000 : UINT32_MAX; }

const char *board_last_reset(void) { return ""; }

uint32_t board_stack_used(void) { return 0; }

uint32_t board_stack_bytes(void) { return 0; }
