// The sketch's two functions under the names of C++. Most cores call them as C functions, as board.h declares them; the ESP32's core does not.
// Arduino.h must not be included here: it declares them, one way or the other.

extern "C" {
void setup_in_c() __asm__("setup");
void loop_in_c() __asm__("loop");
}

void setup();
void loop();

void setup() { setup_in_c(); }
void loop() { loop_in_c(); }
