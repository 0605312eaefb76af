// CRC-32 and SHA-256 against published values.
#include <crc32.h>
#include <doctest/doctest.h>
#include <sha256.h>

#include <random>
#include <string>

#include "line.h"

namespace {

std::string hex_sha256(const std::string &message, size_t piece) {
  sha256 hash;
  sha256_begin(&hash);
  for (size_t at = 0; at < message.size(); at += piece) sha256_add(&hash, message.data() + at, std::min(piece, message.size() - at));
  uint8_t digest[SHA256_BYTES];
  sha256_end(&hash, digest);
  std::string hex;
  for (const uint8_t byte : digest) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

}  // namespace

TEST_CASE("CRC-32: the check value of the catalogue of parametrised CRC algorithms") {
  CHECK(crc32_add(0, "123456789", 9) == 0xCBF43926u);
  CHECK(crc32_add(0, "", 0) == 0);
  CHECK(crc32_add(0, "a", 1) == 0xE8B7BE43u);
}

TEST_CASE("CRC-32: the same in pieces, and as the definition says") {
  std::mt19937 random(1);
  for (size_t length = 0; length < 300; length++) {
    Bytes bytes(length);
    for (uint8_t &byte : bytes) byte = static_cast<uint8_t>(random());
    const size_t cut = length == 0 ? 0 : random() % length;
    const uint32_t in_pieces = crc32_add(crc32_add(0, bytes.data(), cut), bytes.data() + cut, length - cut);
    CHECK(in_pieces == reference_crc32(bytes));
  }
}

TEST_CASE("SHA-256: the examples of NIST") {
  const struct {
    std::string message;
    const char *digest;
  } examples[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
       "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
      {std::string(1000000, 'a'), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
  };
  for (const auto &example : examples) {
    for (const size_t piece : {size_t{1}, size_t{63}, size_t{64}, size_t{65}, size_t{1000}}) {
      CHECK(hex_sha256(example.message, piece) == example.digest);
    }
  }
}

TEST_CASE("SHA-256: every length of padding") {
  // SHA-256 of the digests of 0 to 129 letters a, one after the other; computed with Python's hashlib.
  std::string all;
  for (size_t length = 0; length < 130; length++) all += hex_sha256(std::string(length, 'a'), 64);
  CHECK(hex_sha256(all, 64) == "c665ed20ef30f158e90c7e921d8182bc0943c4b087a82f64a18d417bcdfadce7");
}
