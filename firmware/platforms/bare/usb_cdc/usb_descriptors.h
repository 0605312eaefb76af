// How the USB serial port describes itself.
#ifndef USB_DESCRIPTORS_H
#define USB_DESCRIPTORS_H

#include <stddef.h>
#include <stdint.h>

// The descriptor of a type and an index, or NULL. Its bytes stay until the next call.
const uint8_t *usb_descriptor(uint8_t type, uint8_t index, size_t *length);

#endif
