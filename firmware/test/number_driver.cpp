// Answers lines of numbers from a test that knows the exact result: the firmware's decimal and quantization code, driven from Python.
//
//   parse TEXT -> status nano          print NANO LEAST MOST -> text
//   quantize NANO MANTISSA EXPONENT ZERO_POINT -> code
//   dequantize CODE MANTISSA EXPONENT ZERO_POINT -> nano
#include <decimal.h>
#include <quantization.h>

#include <cinttypes>
#include <iostream>
#include <sstream>
#include <string>

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
