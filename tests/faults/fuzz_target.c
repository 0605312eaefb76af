// Everything that the firmware makes of the bytes of its line, for libFuzzer, or (FUZZ_ALONE) for cases on standard input, each behind its 16-bit
// length. The model is a compiled one. What the board answers must be frames with right checksums, or text.
#include <board.h>
#include <console.h>
#include <engine.h>
#include <frame.h>
#include <serial_link.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static frame_receiver heard;

bool board_write(const uint8_t *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) (void)frame_take(&heard, bytes[i]);
  if (heard.bad_frames) abort();
  return true;
}

static void take(const uint8_t *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) serial_link_take(bytes[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static bool begun = false;
  if (!begun) begun = engine_begin();
  take(data, size);
  // Whatever state that left: a request for the identity is answered once the line is in step again.
  static const uint8_t hello[] = {HELLO_FRAME};
  const uint32_t before = heard.frames;
  take(hello, sizeof hello);
  take(hello, sizeof hello);
  if (heard.frames == before) abort();
  take((const uint8_t *)"\n", 1);
  return 0;
}

#ifdef FUZZ_ALONE
int main(void) {
  static uint8_t bytes[UINT16_MAX];
  uint16_t length;
  uint32_t cases = 0;
  while (fread(&length, sizeof length, 1, stdin) == 1) {
    if (length && fread(bytes, length, 1, stdin) != 1) return 2;
    (void)LLVMFuzzerTestOneInput(bytes, length);
    cases++;
  }
  return printf("%u\n", cases) > 0 ? 0 : 3;
}
#endif
