// The nRF52840's USB device controller: cable, bus and packets. What the packets mean is usb_control's and usb_line's.
#ifndef USBD_H
#define USBD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Attaches to the bus, now or as soon as there is a cable.
void usbd_begin(void);

// Serves what has happened on the bus; the interrupt's handler, or who has none any more.
void usbd_serve(void);

// Whether a program on the host has the port open, and the bus is alive.
bool usbd_ready(void);

// The interrupt stays out in between. Nothing else may touch the endpoints meanwhile.
void usbd_hold(void);
void usbd_release(void);

// A packet of at most USB_PACKET_BYTES for the bulk endpoint, or the one that waits in it. Both are copied before they return.
void usbd_send(const uint8_t *packet, size_t length);
size_t usbd_receive(uint8_t *packet);

// Whether usb_line_frame() is called for each frame of the bus, once a millisecond.
void usbd_tell_frames(bool on);

// What usb_line hears: the endpoints were opened or closed anew, the host took the packet, a packet waits, a frame began.
void usb_line_reset(void);
void usb_line_sent(void);
void usb_line_received(void);
void usb_line_frame(void);

#endif
