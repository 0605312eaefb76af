// board.h on the Arduino Nano 33 BLE: the core's USB serial port, the cycle counter, the main thread's stack.
#include <board.h>
#include <plumbline_build.h>

#include "arduino_core.h"
#include "cycle_counter.h"
#include "reset_and_watchdog.h"

namespace {

// One byte less than a USB packet: a short packet ends a transfer, so that the host sees it at once and nothing waits for an empty one.
constexpr size_t packet_bytes = CDC_MAX_PACKET_SIZE - 1;
constexpr uint32_t patience_ms = 500;

}  // namespace

void board_begin(void) {
  last_reset_begin();
  watchdog_begin();
  // The core's main() has started the USB port: Serial.begin() would start a second thread, and the host is not waited for.
  cycle_counter_begin();
}

const char *board_name(void) { return PLUMBLINE_BOARD; }

uint32_t board_clock_hz(void) { return SystemCoreClock; }

int board_read(void) {
  board_feed();
  return _SerialUSB.available() > 0 ? _SerialUSB.read() : -1;
}

bool board_write(const uint8_t *bytes, size_t length) {
  // Serial.write() would block for good on a host that does not read, and reports success when it failed. send_nb() says how many
  // bytes the controller took: none while the packet before is still on its way.
  board_feed();
  const uint32_t start = board_uptime_ms();
  while (length > 0) {
    if (!_SerialUSB.connected()) return false;
    const size_t piece = length < packet_bytes ? length : packet_bytes;
    uint32_t taken = 0;
    _SerialUSB.send_nb(const_cast<uint8_t *>(bytes), static_cast<uint32_t>(piece), &taken);  // copies from the bytes
    bytes += taken;
    length -= taken;
    if (taken == 0) {
      if (board_uptime_ms() - start > patience_ms) return false;
      yield();
    }
  }
  return true;
}

uint32_t board_overruns(void) {
  // The core takes a packet from the controller only when its ring has room; until then the host is told to wait.
  return 0;
}

void board_feed(void) { watchdog_feed(); }

void board_idle(void) { yield(); }

uint32_t board_uptime_ms(void) { return static_cast<uint32_t>(millis()); }

uint32_t board_uptime_us(void) { return static_cast<uint32_t>(micros()); }

uint32_t board_counter(void) { return cycle_counter_read(); }

const char *board_counter_unit(void) { return cycle_counter_runs() ? "cycles" : "ticks"; }

uint32_t board_counter_count(uint32_t difference) { return cycle_counter_count(difference); }

uint32_t board_counter_steps(uint32_t steps) { return steps; }

void board_counter_align(void) {}  // a step is a cycle

uint32_t board_counter_ns(uint32_t difference) { return cycle_counter_ns(difference); }

const char *board_last_reset(void) { return last_reset_text(); }

uint32_t board_stack_used(void) {
  // The system keeps a watermark: the space that no call has reached yet, or 0 where it keeps none.
  const uint32_t untouched = osThreadGetStackSpace(osThreadGetId());
  return untouched > 0 ? board_stack_bytes() - untouched : 0;
}

uint32_t board_stack_bytes(void) { return osThreadGetStackSize(osThreadGetId()); }
