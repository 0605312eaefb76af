// See usb_control.h.
#include "usb_control.h"

#include "usb_controller.h"
#include "usb_descriptors.h"

enum { TO_HOST = 0x80, CLASS = 0x20, OF_INTERFACE = 1, OF_ENDPOINT = 2 };
enum { GET_STATUS = 0, CLEAR_FEATURE = 1, SET_FEATURE = 3, GET_DESCRIPTOR = 6, GET_CONFIGURATION = 8, SET_CONFIGURATION = 9 };
enum { GET_INTERFACE = 10, SET_INTERFACE = 11, SET_LINE_CODING = 0x20, GET_LINE_CODING = 0x21, SET_CONTROL_LINE_STATE = 0x22 };
enum { ENDPOINT_HALT = 0, DTR = 1, LINE_CODING_BYTES = 7, TOUCH_BAUD = 1200 };

static struct {
  uint8_t configuration;
  bool open;
  uint8_t line_coding[LINE_CODING_BYTES];  // baud, little-endian; stop bits, parity, data bits
  uint8_t answer[2];
} port;

void usb_control_reset(void) {
  static const uint8_t usual[LINE_CODING_BYTES] = {0x00, 0xC2, 0x01, 0x00, 0, 0, 8};  // 115200 8N1
  port.configuration = 0;
  port.open = false;
  for (size_t i = 0; i < sizeof usual; i++) port.line_coding[i] = usual[i];
}

bool usb_control_configured(void) { return port.configuration != 0; }

bool usb_control_open(void) { return port.open; }

bool usb_control_touched(void) {
  const uint8_t *const baud = port.line_coding;
  return !port.open && baud[0] == (TOUCH_BAUD & 0xFF) && baud[1] == TOUCH_BAUD >> 8 && baud[2] == 0 && baud[3] == 0;
}

static void answer(const usb_setup *setup, const uint8_t *bytes, size_t length) {
  usb_controller_answer(bytes, length < setup->length ? length : setup->length);
}

static void answer_bytes(const usb_setup *setup, uint8_t first, size_t length) {
  port.answer[0] = first;
  port.answer[1] = 0;
  answer(setup, port.answer, length);
}

static bool has_endpoint(uint8_t address) {
  return usb_control_configured() &&
         (address == (USB_IN | USB_NOTIFY_ENDPOINT) || address == (USB_IN | USB_BULK_ENDPOINT) || address == USB_BULK_ENDPOINT);
}

// False: the request is refused.
static bool of_endpoint(const usb_setup *setup) {
  const uint8_t address = (uint8_t)setup->index;
  if ((address & ~USB_IN) == 0 && setup->request == GET_STATUS) {
    answer_bytes(setup, 0, 2);
    return true;
  }
  if (!has_endpoint(address)) return false;
  switch (setup->request) {
    case GET_STATUS:
      answer_bytes(setup, usb_controller_halted(address), 2);
      return true;
    case CLEAR_FEATURE:
    case SET_FEATURE:
      if (setup->value != ENDPOINT_HALT) return false;
      usb_controller_halt(address, setup->request == SET_FEATURE);
      usb_controller_accept();
      return true;
    default:
      return false;
  }
}

static bool of_device(const usb_setup *setup) {
  switch (setup->request) {
    case GET_STATUS:
      answer_bytes(setup, 0, 2);
      return true;
    case GET_DESCRIPTOR: {
      size_t length;
      const uint8_t *const bytes = usb_descriptor((uint8_t)(setup->value >> 8), (uint8_t)setup->value, &length);
      if (!bytes) return false;
      answer(setup, bytes, length);
      return true;
    }
    case GET_CONFIGURATION:
      answer_bytes(setup, port.configuration, 1);
      return true;
    case SET_CONFIGURATION:
      if (setup->value > 1) return false;
      port.configuration = (uint8_t)setup->value;
      usb_controller_configure(port.configuration);
      usb_controller_accept();
      return true;
    default:
      return false;
  }
}

static bool of_interface(const usb_setup *setup) {
  switch (setup->request) {
    case GET_STATUS:
      answer_bytes(setup, 0, 2);
      return true;
    case GET_INTERFACE:
      answer_bytes(setup, 0, 1);
      return true;
    case SET_INTERFACE:  // each has one setting
      if (setup->value != 0) return false;
      usb_controller_accept();
      return true;
    default:
      return false;
  }
}

static bool of_port(const usb_setup *setup) {
  switch (setup->request) {
    case GET_LINE_CODING:
      answer(setup, port.line_coding, LINE_CODING_BYTES);
      return true;
    case SET_LINE_CODING:
      if (setup->length != LINE_CODING_BYTES) return false;
      usb_controller_expect();
      return true;
    case SET_CONTROL_LINE_STATE:
      port.open = setup->value & DTR;
      usb_controller_accept();
      return true;
    default:
      return false;
  }
}

void usb_control_setup(const usb_setup *setup) {
  bool done;
  switch (setup->type & ~TO_HOST) {
    case 0:
      done = of_device(setup);
      break;
    case OF_INTERFACE:
      done = of_interface(setup);
      break;
    case OF_ENDPOINT:
      done = of_endpoint(setup);
      break;
    case CLASS | OF_INTERFACE:
      done = of_port(setup);
      break;
    default:
      done = false;
  }
  if (!done) usb_controller_refuse();
}

void usb_control_data(const uint8_t *bytes, size_t length) {
  if (length != LINE_CODING_BYTES) {
    usb_controller_refuse();
    return;
  }
  for (size_t i = 0; i < LINE_CODING_BYTES; i++) port.line_coding[i] = bytes[i];
  usb_controller_accept();
}
