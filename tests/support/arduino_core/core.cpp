// An Arduino core for this machine: its Serial is one connection of the listening socket that the program's only argument names. SILENT_ABOUT_ROOM:
// it does not say how much it would take, as mbed's core. SKETCH_IN_CPP: it calls C++ functions, as the ESP32's.
#include "Arduino.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

SocketSerial Serial;

namespace {

int line = -1;
bool begun;

unsigned long since(long units_per_second) {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (unsigned long)(now.tv_sec * units_per_second + now.tv_nsec / (1000000000 / units_per_second));
}

bool ready(short wanted, int wait_ms) {
  pollfd asked = {line, wanted, 0};
  return poll(&asked, 1, wait_ms) > 0 && (asked.revents & wanted);
}

}  // namespace

unsigned long millis() { return since(1000); }
unsigned long micros() { return since(1000000); }
void yield() { ready(POLLIN, 1); }

void SocketSerial::begin(unsigned long baud) { begun = baud == 115200; }
SocketSerial::operator bool() { return begun; }
int SocketSerial::available() { return ready(POLLIN, 0); }

int SocketSerial::read() {
  uint8_t byte;
  if (recv(line, &byte, 1, 0) != 1) exit(0);  // the host is gone
  return byte;
}

int SocketSerial::peek() {
  uint8_t byte;
  if (!ready(POLLIN, 0)) return -1;
  if (recv(line, &byte, 1, MSG_PEEK) != 1) exit(0);  // the host is gone
  return byte;
}

int SocketSerial::availableForWrite() {
#ifdef SILENT_ABOUT_ROOM
  return 0;
#else
  return ready(POLLOUT, 0) ? 16 : 0;
#endif
}

size_t SocketSerial::write(const uint8_t *bytes, size_t size) {
  const ssize_t taken = send(line, bytes, size, MSG_NOSIGNAL);
  return taken > 0 ? (size_t)taken : 0;
}

int main(int count, char **words) {
  if (count != 2) return 2;
  line = accept(atoi(words[1]), 0, 0);
  const int at_once = 1;
  if (line < 0 || setsockopt(line, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once) != 0) return 3;
  setup();
  for (;;) loop();
}
