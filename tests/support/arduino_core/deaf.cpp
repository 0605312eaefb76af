// Whether board_write() gives up on a host that takes nothing any more, and on a port that nobody has opened: a core whose Serial takes 100 bytes.
// Prints, for each of three calls, what it returned and the milliseconds that it took.
#include <board.h>
#include <stdio.h>

#include "Arduino.h"

SocketSerial Serial;

namespace {

unsigned long now_us;
size_t left = 100;
bool open_port = true;

}  // namespace

unsigned long micros() { return now_us += 10; }
unsigned long millis() { return micros() / 1000; }
void yield() { now_us += 1000; }

void SocketSerial::begin(unsigned long) {}
SocketSerial::operator bool() { return open_port; }
int SocketSerial::available() { return 0; }
int SocketSerial::read() { return -1; }
int SocketSerial::availableForWrite() { return (int)left; }

size_t SocketSerial::write(const uint8_t *, size_t size) {
  if (size > left) return 0;
  left -= size;
  return size;
}

static void tried(size_t length) {
  static const uint8_t bytes[200] = {0};
  const unsigned long start = millis();
  const bool taken = board_write(bytes, length);
  printf("%d %lu\n", taken, millis() - start);
}

int main() {
  board_begin();
  tried(90);
  tried(20);
  open_port = false;
  tried(20);
}
