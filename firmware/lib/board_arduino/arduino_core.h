// The Arduino core, in one place that our warnings do not reach into.
#ifndef PLUMBLINE_ARDUINO_CORE_H
#define PLUMBLINE_ARDUINO_CORE_H

#pragma GCC system_header

#include <Arduino.h>

#endif
