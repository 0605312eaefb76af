// MLPerf Tiny's autoencoder: samples of float32 numbers, and the mean squared distance of the output from them.
#include <doctest/doctest.h>
#include <mlperf.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "fakes.h"
#include "line.h"

namespace {

const float nan_ = std::nanf(""), infinity = HUGE_VALF, largest = 3.4028235e38f;

std::string answer_to(const std::string &command) {
  (void)fakes::sent();
  feed(command + "%");
  return fakes::sent_text();
}

void load(const std::vector<float> &numbers) {
  REQUIRE(answer_to("db load 12") == "m-[Expecting 12 bytes]\r\nm-ready\r\n");
  std::string hex;
  for (const float number : numbers) {
    uint32_t bits;
    std::memcpy(&bits, &number, sizeof bits);
    for (const uint8_t byte : little_endian(bits, 4)) {
      hex += "0123456789abcdef"[byte >> 4];
      hex += "0123456789abcdef"[byte & 15];
    }
  }
  REQUIRE(answer_to("db " + hex) == "m-load-done\r\nm-ready\r\n");
}

// The quotient as a float32, ties away from zero: scale 0.1, zero point 20.
std::vector<int8_t> codes_of(const std::vector<float> &numbers) {
  std::vector<int8_t> codes;
  for (const float number : numbers) codes.push_back(static_cast<int8_t>(std::min(127.0f, std::max(-128.0f, std::round(number / 0.1f) + 20))));
  return codes;
}

// In thousandths: scale 0.25, zero point -5.
long double score(const std::vector<float> &numbers) {
  const std::vector<int8_t> codes = fakes::expected_output(codes_of(numbers));
  long double sum = 0;
  for (size_t i = 0; i < numbers.size(); i++) {
    const long double off = 0.25L * (codes[i] + 5) - static_cast<long double>(numbers[i]);
    sum += off * off;
  }
  return 1000 * sum / static_cast<long double>(numbers.size());
}

const std::string result = "m-results-[";

// The score that `infer 1 0` says, in thousandths.
long long answered(const std::vector<float> &numbers) {
  load(numbers);
  const std::string text = answer_to("infer 1 0");
  const size_t at = text.find(result);
  INFO(text);
  REQUIRE(at != std::string::npos);
  std::string digits = text.substr(at + result.size(), text.find(']') - at - result.size());
  REQUIRE(digits.size() >= 5);
  REQUIRE(digits[digits.size() - 4] == '.');
  digits.erase(digits.size() - 4, 1);
  return std::stoll(digits);
}

}  // namespace

TEST_CASE("autoencoder: the runner's name of it, and no result before the first inference") {
  fakes::reset();
  CHECK(answer_to("profile").find("m-model-[ad01]\r\n") != std::string::npos);
  CHECK(answer_to("results") == "e-[There is no result: nothing was inferred]\r\nm-ready\r\n");
  CHECK(answer_to("db load 3") == "e-[The model's input takes 12 bytes]\r\nm-ready\r\n");
  CHECK(answer_to("infer 1 0") == "e-[The input is not loaded: it takes 12 bytes]\r\nm-ready\r\n");
}

TEST_CASE("autoencoder: one number, the mean squared distance, the same until the next inference") {
  fakes::reset();
  // The codes are 20, 20 and 21, the fake engine's 123, -72 and -11, which stand for 32, -16.75 and -1.5.
  REQUIRE(fakes::expected_output({20, 20, 21}) == std::vector<int8_t>({123, -72, -11}));
  load({0.0f, 0.0f, 0.125f});
  const uint32_t before = fakes::invocations();
  // (1024 + 280.5625 + 2.640625) / 3
  const std::string line = "m-results-[435.734]\r\nm-ready\r\n";
  CHECK(answer_to("infer 3 2") ==
        "m-warmup-start-2\r\nm-warmup-done\r\nm-infer-start-3\r\nm-lap-us-1236567\r\nm-lap-us-1239567\r\nm-infer-done\r\n" + line);
  CHECK(fakes::invocations() - before == 5);
  CHECK(answer_to("results") == line);
  load({1.0f, 2.0f, 3.0f});
  CHECK(request(0x01).payload.size() > 0);
  CHECK(answer_to("results") == line);
}

TEST_CASE("autoencoder: scores of random numbers are rounded to thousandths, off by at most a half and what float64 loses") {
  fakes::reset();
  std::mt19937 random(1);
  for (int i = 0; i < 2000; i++) {
    std::vector<float> numbers;
    // From far below a step of the codes to far beyond their ends.
    for (int k = 0; k < 3; k++) numbers.push_back((static_cast<float>(random()) / 4294967296.0f - 0.5f) * std::ldexp(1.0f, static_cast<int>(random() % 20) - 4));
    const long double exact = score(numbers);
    CHECK(std::fabs(static_cast<long double>(answered(numbers)) - exact) <= 0.5L + 9 * std::ldexp(exact, -53));
  }
}

TEST_CASE("autoencoder: ties between two codes go away from zero") {
  fakes::reset();
  for (const float steps : {-147.5f, -20.5f, -2.5f, -0.5f, 0.5f, 1.5f, 106.5f}) {
    for (const float number : {std::nextafter(steps * 0.1f, -100.0f), steps * 0.1f, std::nextafter(steps * 0.1f, 100.0f)}) {
      CHECK(answered({number, number, number}) == std::llround(score({number, number, number})));
    }
  }
}

TEST_CASE("autoencoder: what is no finite number is refused, and what it had before is no result") {
  fakes::reset();
  for (const float bad : {nan_, -nan_, infinity, -infinity}) {
    (void)answered({0, 0, 0});
    const uint32_t before = fakes::invocations();
    load({0, 0, bad});
    CHECK(answer_to("infer 1 0") == "e-[The input holds a number that is NaN or infinite]\r\nm-ready\r\n");
    CHECK(fakes::invocations() == before);
    CHECK(answer_to("results") == "e-[There is no result: nothing was inferred]\r\nm-ready\r\n");
  }
}

TEST_CASE("autoencoder: numbers far beyond the codes") {
  fakes::reset();
  CHECK(answered({1e-45f, -0.0f, 1e-38f}) == std::llround(score({0, 0, 0})));
  CHECK(answered({166000.0f, 0, 0}) == std::llround(score({166000.0f, 0, 0})));
  for (const float far : {167000.0f, 1e20f, largest, -largest}) {
    load({far, 0, 0});
    CHECK(answer_to("infer 1 0").find("m-infer-done\r\ne-[The result exceeds 9223372035.999]\r\nm-ready\r\n") != std::string::npos);
  }
}

TEST_CASE("autoencoder: an engine that fails leaves no result") {
  fakes::reset();
  (void)answered({0, 0, 0});
  fakes::fail_invoke(true);
  CHECK(answer_to("infer 1 0").find("e-[The engine failed: ") != std::string::npos);
  CHECK(answer_to("results") == "e-[There is no result: nothing was inferred]\r\nm-ready\r\n");
  fakes::reset();
}
