// An Arduino core for the ATmega2560: its Serial is the first UART. It ends where the sketch has nothing more to do, for an emulator that stops then.
#include "Arduino.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>

SocketSerial Serial;

void yield() {}

void SocketSerial::begin(unsigned long baud) {
  UBRR0 = (uint16_t)(16000000UL / 8 / baud - 1);
  UCSR0A = 1 << U2X0;
  UCSR0B = 1 << TXEN0;
}

SocketSerial::operator bool() { return true; }
int SocketSerial::available() { return 0; }
int SocketSerial::peek() { return -1; }
int SocketSerial::read() { return -1; }

size_t SocketSerial::write(const uint8_t *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) {
    while (!(UCSR0A & 1 << UDRE0)) {
    }
    UDR0 = bytes[i];
  }
  return size;
}

int main() {
  setup();
  while (!(UCSR0A & 1 << UDRE0)) {
  }
  cli();
  sleep_mode();
}
