// What the USB serial port says of itself: the same as under Arduino's core, so that every tool finds the board.
#ifndef USB_IDENTITY_H
#define USB_IDENTITY_H

#define USB_VENDOR 0x2341
#define USB_PRODUCT 0x805A
#define USB_MAKER_NAME "Arduino"
#define USB_PRODUCT_NAME "Nano 33 BLE"
#define USB_MILLIAMPERES 100

#endif
