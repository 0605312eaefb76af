// CRC-32/ISO-HDLC (the one of zlib and Ethernet), in pieces.
#ifndef CRC32_H
#define CRC32_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The checksum of what `crc` is the checksum of, followed by these bytes; 0 is the checksum of nothing.
uint32_t crc32_add(uint32_t crc, const void *data, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
