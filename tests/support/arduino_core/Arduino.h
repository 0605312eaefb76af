// What board_arduino uses of an Arduino core's header, declared as ArduinoCore-API 1.5 does. core.cpp is behind it.
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
};

extern SocketSerial Serial;

#endif
