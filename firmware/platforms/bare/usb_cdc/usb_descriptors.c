// See usb_descriptors.h.
// Sources: USB 2.0, chapter 9; CDC 1.2 and PSTN 1.2 (functional descriptors); the interface association descriptor's ECN.
#include "usb_descriptors.h"

#include "usb_controller.h"
#include "usb_identity.h"

enum { DEVICE = 1, CONFIGURATION = 2, STRING = 3, INTERFACE = 4, ENDPOINT = 5, ASSOCIATION = 11, CLASS_SPECIFIC = 0x24 };
enum { NO_TEXT, MAKER, PRODUCT, SERIAL_NUMBER };
enum { CLASS_COMMUNICATION = 2, SUBCLASS_ACM = 2, PROTOCOL_NONE = 0, CLASS_DATA = 10, CLASS_MISCELLANEOUS = 0xEF };
enum { INTERRUPT = 3, BULK = 2 };
enum { CONTROL_INTERFACE, DATA_INTERFACE, INTERFACES };

#define LOW(x) ((x)&0xFF)
#define HIGH(x) ((x) >> 8)
#define TWO(x) LOW(x), HIGH(x)

static const uint8_t device[] = {
    18, DEVICE, TWO(0x0200), CLASS_MISCELLANEOUS, 2, 1,  // its interfaces are associated
    USB_PACKET_BYTES, TWO(USB_VENDOR), TWO(USB_PRODUCT), TWO(0x0100), MAKER, PRODUCT, SERIAL_NUMBER, 1,
};

enum { CONFIGURATION_BYTES = 75 };
_Static_assert(CONFIGURATION_BYTES % USB_PACKET_BYTES != 0, "its last packet has to be a short one");

static const uint8_t configuration[] = {
    9, CONFIGURATION, TWO(CONFIGURATION_BYTES), INTERFACES, 1, NO_TEXT, 0x80, USB_MILLIAMPERES / 2,  // powered by the bus
    8, ASSOCIATION, CONTROL_INTERFACE, INTERFACES, CLASS_COMMUNICATION, SUBCLASS_ACM, PROTOCOL_NONE, NO_TEXT,
    9, INTERFACE, CONTROL_INTERFACE, 0, 1, CLASS_COMMUNICATION, SUBCLASS_ACM, PROTOCOL_NONE, NO_TEXT,
    5, CLASS_SPECIFIC, 0, TWO(0x0110),             // header: of CDC 1.1
    5, CLASS_SPECIFIC, 1, 0, DATA_INTERFACE,       // no call management
    4, CLASS_SPECIFIC, 2, 0x02,                    // abstract control model: line coding and line state
    5, CLASS_SPECIFIC, 6, CONTROL_INTERFACE, DATA_INTERFACE,
    7, ENDPOINT, USB_IN | USB_NOTIFY_ENDPOINT, INTERRUPT, TWO(8), 255,
    9, INTERFACE, DATA_INTERFACE, 0, 2, CLASS_DATA, 0, PROTOCOL_NONE, NO_TEXT,
    7, ENDPOINT, USB_BULK_ENDPOINT, BULK, TWO(USB_PACKET_BYTES), 0,
    7, ENDPOINT, USB_IN | USB_BULK_ENDPOINT, BULK, TWO(USB_PACKET_BYTES), 0,
};
_Static_assert(sizeof configuration == CONFIGURATION_BYTES, "the length that the configuration tells of itself");

static const uint8_t languages[] = {4, STRING, TWO(0x0409)};  // English

static uint8_t text[2 + 2 * 24];

static const uint8_t *text_of(const char *characters, size_t *length) {
  size_t end = 2;
  for (; *characters && end < sizeof text; characters++) {
    text[end++] = (uint8_t)*characters;
    text[end++] = 0;
  }
  text[0] = (uint8_t)end;
  text[1] = STRING;
  *length = end;
  return text;
}

static const uint8_t *string(uint8_t index, size_t *length) {
  char digits[17];
  switch (index) {
    case 0:
      *length = sizeof languages;
      return languages;
    case MAKER:
      return text_of(USB_MAKER_NAME, length);
    case PRODUCT:
      return text_of(USB_PRODUCT_NAME, length);
    case SERIAL_NUMBER:
      usb_controller_serial_number(digits);
      return text_of(digits, length);
    default:
      return NULL;
  }
}

const uint8_t *usb_descriptor(uint8_t type, uint8_t index, size_t *length) {
  switch (type) {
    case DEVICE:
      *length = sizeof device;
      return device;
    case CONFIGURATION:
      *length = sizeof configuration;
      return index == 0 ? configuration : NULL;
    case STRING:
      return string(index, length);
    default:
      return NULL;
  }
}
