// What the USB serial port asks of a chip's controller. The machine implements it.
#ifndef USB_CONTROLLER_H
#define USB_CONTROLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { USB_PACKET_BYTES = 64 };                                          // full speed's largest, on the control and the bulk endpoints
enum { USB_NOTIFY_ENDPOINT = 1, USB_BULK_ENDPOINT = 2, USB_IN = 0x80 };  // bit 7 of an endpoint's address: to the host

// The end of a control request: its answer and the status stage, data of the host's first, the status stage alone, or a refusal.
// The bytes stay where they are until the answer is out.
void usb_controller_answer(const uint8_t *bytes, size_t length);
void usb_controller_expect(void);
void usb_controller_accept(void);
void usb_controller_refuse(void);

// Opens the endpoints of the configuration, or closes all but the control endpoint.
void usb_controller_configure(bool on);

// Of an open endpoint, by its address. Taking a halt away begins anew with DATA0.
void usb_controller_halt(uint8_t address, bool halted);
bool usb_controller_halted(uint8_t address);

// 16 hexadecimal digits that are the chip's own.
void usb_controller_serial_number(char digits[17]);

#endif
