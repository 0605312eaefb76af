// What board_arduino and the exported sketches use of an Arduino core's header, declared as ArduinoCore-API 1.5 does. core.cpp is behind it, and
// stream.cpp behind what only sketches use.
#ifndef ARDUINO_H
#define ARDUINO_H

#include <stddef.h>
#include <stdint.h>

#define F_CPU 48000000L

extern "C" {
unsigned long millis(void);
unsigned long micros(void);
void yield(void);
#ifndef SKETCH_IN_CPP
void setup(void);
void loop(void);
#endif
}
#ifdef SKETCH_IN_CPP
void setup(void);
void loop(void);
#endif

class SocketSerial {
 public:
  void begin(unsigned long baud);
  int available();
  int read();
  int availableForWrite();
  size_t write(const uint8_t *bytes, size_t size);
  operator bool();

  int peek();
  float parseFloat();
  size_t print(const char *text);
  size_t print(char letter);
  size_t print(long number);
  size_t print(double number, int decimals = 2);
  size_t println();
  size_t println(const char *text);
  size_t println(long number);
  size_t println(double number, int decimals = 2);
};

extern SocketSerial Serial;

#endif
