// Answers lines of numbers from a test that knows the exact result: the firmware's decimal and quantization code, driven from Python.
//
//   parse TEXT -> status nano          print NANO LEAST MOST -> text
//   quantize NANO MANTISSA EXPONENT ZERO_POINT -> code
//   dequantize CODE MANTISSA EXPONENT ZERO_POINT -> nano
//   float32 BITS SCALE_BITS ZERO_POINT -> finite code
//   distance SCALE_BITS ZERO_POINT BITS CODE BITS CODE ... -> float64, its digits in base 16
#include <decimal.h>
#include <float32.h>
#include <quantization.h>

#include <cinttypes>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

void append(std::vector<uint8_t> &bytes, uint32_t bits) {
  for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<uint8_t>(bits >> shift));
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string what;
    words >> what;
    if (what == "parse") {
      const std::string text = line.size() > 6 ? line.substr(6) : "";
      int64_t nano = 0;
      const decimal_status status = decimal_parse(text.data(), text.size(), &nano);
      std::cout << static_cast<int>(status) << ' ' << nano << '\n';
    } else if (what == "print") {
      int64_t nano = 0;
      unsigned least = 0, most = 0;
      words >> nano >> least >> most;
      char text[DECIMAL_TEXT_MAX];
      const size_t length = decimal_print(nano, least, most, text);
      std::cout << std::string(text, length) << '\n';
    } else if (what == "float32") {
      uint32_t bits = 0;
      float32_quantization by = {0, 0};
      words >> bits >> by.scale_bits >> by.zero_point;
      std::vector<uint8_t> bytes;
      append(bytes, bits);
      std::cout << float32_is_finite(bytes.data()) << ' ' << static_cast<int>(float32_quantize(bytes.data(), &by)) << '\n';
    } else if (what == "distance") {
      float32_quantization by = {0, 0};
      words >> by.scale_bits >> by.zero_point;
      std::vector<uint8_t> bytes;
      std::vector<int8_t> codes;
      uint32_t bits = 0;
      int code = 0;
      while (words >> bits >> code) {
        append(bytes, bits);
        codes.push_back(static_cast<int8_t>(code));
      }
      std::cout << std::hexfloat << float32_distance(bytes.data(), codes.data(), codes.size(), &by) << '\n';
    } else {
      int64_t value = 0;
      quantization by = {0, 0, 0};
      words >> value >> by.mantissa >> by.exponent >> by.zero_point;
      if (what == "quantize") {
        std::cout << static_cast<int>(quantize(value, &by)) << '\n';
      } else if (what == "dequantize") {
        std::cout << dequantize(static_cast<int8_t>(value), &by) << '\n';
      } else {
        std::cerr << "unknown request: " << line << '\n';
        return 1;
      }
    }
    if (!words && !words.eof() && what != "parse") {
      std::cerr << "malformed request: " << line << '\n';
      return 1;
    }
  }
  return 0;
}
