// Bytes to and from the host through the two bulk endpoints of the USB serial port.
#ifndef USB_LINE_H
#define USB_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Attaches to the bus, now or as soon as there is a cable.
void usb_line_begin(void);

// The next byte, 0-255, or -1.
int usb_line_read(void);
bool usb_line_empty(void);

// Sends all of it, or gives up: at once when nobody has the port open, after `patience_ms` without a packet taken else.
bool usb_line_write(const uint8_t *bytes, size_t length, uint32_t patience_ms);

// What follows is for a program that has failed: no interrupt serves the bus any more, each call does.

void usb_line_take_over(void);

// Whether there is no room for a byte; false as well where nobody will ever take it.
bool usb_line_busy(void);
void usb_line_put(uint8_t byte);

// Whether a packet came, which is thrown away, or one is still to be taken by the host. Sends what was put.
bool usb_line_discards(void);

#endif
