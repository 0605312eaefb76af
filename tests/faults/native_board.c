// board.h for this machine: the firmware's own link, console and inference behind a socket, with the engine and model it is linked with.
//
// Its only argument is the file descriptor of a listening socket, of which it serves one connection.
#include <board.h>
#include <console.h>
#include <engine.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <serial_link.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int line = -1;

bool board_write(const uint8_t *bytes, size_t length) {
  while (length > 0) {
    const ssize_t sent = write(line, bytes, length);
    if (sent <= 0) return false;
    bytes += sent;
    length -= (size_t)sent;
  }
  return true;
}

int main(int count, char **words) {
  if (count != 2) return 2;
  line = accept(atoi(words[1]), 0, 0);
  const int at_once = 1;
  if (line < 0 || setsockopt(line, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once) != 0) return 3;
  (void)engine_begin();
  console_greet();
  uint8_t bytes[256];
  for (;;) {
    const ssize_t taken = read(line, bytes, sizeof bytes);
    if (taken <= 0) return 0;
    for (ssize_t i = 0; i < taken; i++) serial_link_take(bytes[i]);
  }
}
