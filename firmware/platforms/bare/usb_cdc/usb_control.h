// The control endpoint of the USB serial port: standard requests, and those of a CDC-ACM port. The machine's controller calls these, and answers
// by usb_controller.h.
// Sources: USB 2.0, chapter 9; PSTN 1.2, "Management Element Requests".
#ifndef USB_CONTROL_H
#define USB_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint8_t type;  // direction, kind and recipient
  uint8_t request;
  uint16_t value;
  uint16_t index;
  uint16_t length;
} usb_setup;

// The bus was reset, or the cable is out.
void usb_control_reset(void);

void usb_control_setup(const usb_setup *setup);

// The data that a request came with.
void usb_control_data(const uint8_t *bytes, size_t length);

bool usb_control_configured(void);

// Whether a program on the host has the port open: it says so (DTR).
bool usb_control_open(void);

// Whether the port was opened at 1200 baud and closed again: Arduino's sign for the boot loader.
bool usb_control_touched(void);

#endif
