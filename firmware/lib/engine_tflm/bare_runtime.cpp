// What TensorFlow Lite Micro refers to of the C and C++ libraries where there is no system to end a program or a heap to return
// memory to: each ends in the fault handler, which tells. The Arduino core brings its own.
#ifndef ARDUINO_ARCH_MBED

#include <stddef.h>

extern "C" void abort(void) { __builtin_trap(); }

// A failed assert() of its headers.
extern "C" void __assert_func(const char *, int, const char *, const char *) { __builtin_trap(); }

// A virtual function called during construction or destruction.
extern "C" void __cxa_pure_virtual(void) { __builtin_trap(); }

// The compiler writes a deleting destructor next to every virtual one; nothing here was allocated.
void operator delete(void *) noexcept { __builtin_trap(); }

void operator delete(void *, size_t) noexcept { __builtin_trap(); }

#endif
