// The board's frame receiver for the host's comparison: one receiver for all cases, so that each begins where the one before it left the line.
//
// Reads cases of a 16-bit length and so many bytes; the length 0xFFFF is no case, but sends the answers so far. Answers each case with a 16-bit
// count of messages, each a length and its bytes; a 16-bit length of the text and the text; and the damaged frames so far in 32 bits. All
// little-endian, as every machine that runs this is.
#include <frame.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { CASE_MAX = 1024, SEND = 0xFFFF };

static frame_receiver receiver;
static uint8_t messages[4 * CASE_MAX], text[2 * CASE_MAX];

static bool put(const void *data, size_t bytes) { return bytes == 0 || fwrite(data, bytes, 1, stdout) == 1; }

int main(void) {
  uint16_t length;
  static uint8_t bytes[CASE_MAX];
  while (fread(&length, sizeof length, 1, stdin) == 1) {
    if (length == SEND) {
      if (fflush(stdout) != 0) return 4;
      continue;
    }
    if (length > CASE_MAX || (length && fread(bytes, length, 1, stdin) != 1)) return 2;
    uint16_t count = 0, said = 0;
    size_t filled = 0;
    for (uint16_t i = 0; i < length; i++) {
      const frame_event event = frame_take(&receiver, bytes[i]);
      if (event == FRAME_MESSAGE) {
        count++;
        messages[filled++] = receiver.length;
        memcpy(messages + filled, receiver.content, receiver.length);
        filled += receiver.length;
      } else if (event == FRAME_TEXT) {
        memcpy(text + said, receiver.content, receiver.length);
        said = (uint16_t)(said + receiver.length);
      }
    }
    if (!put(&count, sizeof count) || !put(messages, filled) || !put(&said, sizeof said) || !put(text, said)) return 3;
    if (!put(&receiver.bad_frames, sizeof receiver.bad_frames)) return 3;
  }
  return fflush(stdout) == 0 ? 0 : 4;
}
