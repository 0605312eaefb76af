// See crc32.h.
#include "crc32.h"

uint32_t crc32_add(uint32_t crc, const void *data, size_t bytes) {
  // Remainders of the 16 nibbles for the reflected polynomial 0xEDB88320: 64 bytes of table instead of 1 kB, at half the speed.
  static const uint32_t remainders[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
                                          0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
  const uint8_t *next = data;
  crc = ~crc;
  while (bytes-- > 0) {
    crc ^= *next++;
    crc = crc >> 4 ^ remainders[crc & 15];
    crc = crc >> 4 ^ remainders[crc & 15];
  }
  return ~crc;
}
