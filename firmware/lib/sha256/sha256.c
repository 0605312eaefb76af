// See sha256.h. Section numbers are FIPS 180-4's.
#include "sha256.h"

#include <string.h>

// First 32 bits of the fractional parts of the cube roots of the first 64 primes (4.2.2).
static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate_right(uint32_t x, unsigned bits) { return x >> bits | x << (32 - bits); }

static uint32_t big_endian(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void store_big_endian(uint8_t *bytes, uint32_t value) {
  for (int i = 3; i >= 0; i--, value >>= 8) bytes[i] = (uint8_t)value;
}

// The compression of one block (6.2.2), with a schedule of 16 words that is overwritten as it is used up.
static void compress(uint32_t state[8], const uint8_t *block) {
  uint32_t schedule[16];
  uint32_t v[8];
  memcpy(v, state, sizeof v);
  for (unsigned t = 0; t < 64; t++) {
    uint32_t *const word = &schedule[t % 16];
    if (t < 16) {
      *word = big_endian(block + 4 * t);
    } else {
      const uint32_t w15 = schedule[(t - 15) % 16];
      const uint32_t w2 = schedule[(t - 2) % 16];
      const uint32_t sigma0 = rotate_right(w15, 7) ^ rotate_right(w15, 18) ^ w15 >> 3;
      const uint32_t sigma1 = rotate_right(w2, 17) ^ rotate_right(w2, 19) ^ w2 >> 10;
      *word += sigma0 + schedule[(t - 7) % 16] + sigma1;
    }
    const uint32_t sum1 = rotate_right(v[4], 6) ^ rotate_right(v[4], 11) ^ rotate_right(v[4], 25);
    const uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
    const uint32_t t1 = v[7] + sum1 + choice + round_constants[t] + *word;
    const uint32_t sum0 = rotate_right(v[0], 2) ^ rotate_right(v[0], 13) ^ rotate_right(v[0], 22);
    const uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
    for (int i = 7; i > 0; i--) v[i] = v[i - 1];
    v[4] += t1;
    v[0] = t1 + sum0 + majority;
  }
  for (int i = 0; i < 8; i++) state[i] += v[i];
}

void sha256_begin(sha256 *hash) {
  // First 32 bits of the fractional parts of the square roots of the first 8 primes (5.3.3).
  static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  memcpy(hash->state, initial, sizeof initial);
  hash->length = 0;
}

void sha256_add(sha256 *hash, const void *data, size_t bytes) {
  const uint8_t *next = data;
  while (bytes > 0) {
    const size_t used = hash->length % SHA256_BLOCK_BYTES;
    const size_t room = SHA256_BLOCK_BYTES - used;
    const size_t take = bytes < room ? bytes : room;
    memcpy(hash->block + used, next, take);
    hash->length += (uint32_t)take;
    next += take;
    bytes -= take;
    if (take == room) compress(hash->state, hash->block);
  }
}

void sha256_end(sha256 *hash, uint8_t digest[SHA256_BYTES]) {
  const uint32_t length = hash->length;
  static const uint8_t padding[SHA256_BLOCK_BYTES] = {0x80};
  // One bit, zeros up to 8 bytes before the end of a block, the length in bits (5.1.1).
  const size_t used = length % SHA256_BLOCK_BYTES;
  sha256_add(hash, padding, used < 56 ? 56 - used : 120 - used);
  uint8_t bits[8];
  store_big_endian(bits, length >> 29);
  store_big_endian(bits + 4, length << 3);
  sha256_add(hash, bits, sizeof bits);
  for (int i = 0; i < 8; i++) store_big_endian(digest + 4 * i, hash->state[i]);
}
