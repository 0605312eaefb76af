// What a sketch reads and prints with, in terms of the port's bytes: numbers and lines as ArduinoCore-API's Stream and Print have them.
#include "Arduino.h"

namespace {

bool of_number(int letter) { return (letter >= '0' && letter <= '9') || letter == '-' || letter == '.'; }

}  // namespace

// Skips what is no number, and ends before what is behind it. It waits for the rest of a number longer than the second that others do.
float SocketSerial::parseFloat() {
  while (!of_number(peek()))
    if (available()) read();
  float value = 0, unit = 1, sign = 1;
  bool behind_point = false;
  for (;;) {
    while (!available()) yield();
    const int letter = peek();
    if (!of_number(letter)) return sign * value * unit;
    read();
    if (letter == '-') {
      sign = -1;
    } else if (letter == '.') {
      behind_point = true;
    } else {
      value = value * 10 + (float)(letter - '0');
      if (behind_point) unit /= 10;
    }
  }
}

size_t SocketSerial::print(const char *text) {
  size_t length = 0;
  while (text[length]) length++;
  return write(reinterpret_cast<const uint8_t *>(text), length);
}

size_t SocketSerial::print(char letter) {
  const uint8_t byte = (uint8_t)letter;
  return write(&byte, 1);
}

size_t SocketSerial::print(long number) {
  if (number < 0) return print('-') + print(-number);
  return (number > 9 ? print(number / 10) : 0) + print((char)('0' + number % 10));
}

size_t SocketSerial::print(double number, int decimals) {
  if (number < 0) return print('-') + print(-number, decimals);
  double rounding = 0.5;
  for (int i = 0; i < decimals; i++) rounding /= 10;
  number += rounding;
  size_t length = print((long)number) + (decimals > 0 ? print('.') : 0);
  for (double rest = number - (double)(long)number; decimals > 0; decimals--) {
    rest *= 10;
    length += print((char)('0' + (int)rest));
    rest -= (int)rest;
  }
  return length;
}

size_t SocketSerial::println() { return print("\r\n"); }
size_t SocketSerial::println(const char *text) { return print(text) + println(); }
size_t SocketSerial::println(long number) { return print(number) + println(); }
size_t SocketSerial::println(double number, int decimals) { return print(number, decimals) + println(); }
