// SHA-256 after FIPS 180-4, for messages up to 2^32 - 1 bytes.
#ifndef SHA256_H
#define SHA256_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SHA256_BYTES = 32, SHA256_BLOCK_BYTES = 64 };

typedef struct {
  uint32_t state[8];
  uint32_t length;  // bytes so far
  uint8_t block[SHA256_BLOCK_BYTES];
} sha256;

void sha256_begin(sha256 *hash);

void sha256_add(sha256 *hash, const void *data, size_t bytes);

// Writes the digest; the hash has to begin anew afterwards.
void sha256_end(sha256 *hash, uint8_t digest[SHA256_BYTES]);

#ifdef __cplusplus
}
#endif

#endif
