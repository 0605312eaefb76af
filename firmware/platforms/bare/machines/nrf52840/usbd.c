// See usbd.h.
// Sources: nRF52840 Product Specification 1.7, "USBD"; nRF52840 Errata (revisions 1 to 3), 166, 171, 187 and 199.
#include "usbd.h"

#include "core.h"
#include "last_reset.h"
#include "machine.h"
#include "registers.h"
#include "startup.h"
#include "usb_control.h"
#include "usb_controller.h"

// The registers behind the errata's workarounds have no names.
#define ERRATA_LOCK REGISTER(0x4006EC00u, 0)
#define ERRATA_171 REGISTER(0x4006EC14u, 0)
#define ERRATA_187 REGISTER(0x4006ED14u, 0)
#define ERRATA_166_ADDRESS USBD(0x800)
#define ERRATA_166_VALUE USBD(0x804)
enum { ERRATA_KEY = 0x9375, ERRATA_171_ON = 0xC0, ERRATA_187_ON = 3 };

enum { SETUP_TYPE, SETUP_REQUEST, SETUP_VALUE, SETUP_INDEX = 4, SETUP_LENGTH = 6, SETUP_TO_HOST = 0x80, SET_ADDRESS = 5 };
enum { TOUCH_FRAMES = 150 };  // so many milliseconds the port stays closed before the boot loader starts

static struct {
  const uint8_t *answer;  // what is left of it
  size_t left;
  bool suspended;
  bool frames_told;
  uint32_t touched;  // frames since the port was closed at 1200 baud
  uint8_t packet[USB_PACKET_BYTES] __attribute__((aligned(4)));  // of the control endpoint: the controller reads and writes RAM alone
} usb;

// Waits for the end: 64 bytes take some microseconds. So there is never a second transfer under way, which the controller could not do, nor a
// task during one, which erratum 199 would lose.
static void transfer(volatile uint32_t *task, volatile uint32_t *end) {
  *end = 0;
  *task = 1;
  while (!*end) {
  }
  *end = 0;
}

static void send(uint32_t endpoint, const uint8_t *packet, size_t length) {
  USBD_EPIN_PTR(endpoint) = (uintptr_t)packet;
  USBD_EPIN_MAXCNT(endpoint) = (uint32_t)length;
  transfer(&USBD_STARTEPIN(endpoint), &USBD_ENDEPIN(endpoint));
}

static size_t receive(uint32_t endpoint, uint8_t *packet) {
  USBD_EPOUT_PTR(endpoint) = (uintptr_t)packet;
  USBD_EPOUT_MAXCNT(endpoint) = USBD_SIZE_EPOUT(endpoint);
  transfer(&USBD_STARTEPOUT(endpoint), &USBD_ENDEPOUT(endpoint));
  return USBD_EPOUT_AMOUNT(endpoint);
}

void usbd_send(const uint8_t *packet, size_t length) { send(USB_BULK_ENDPOINT, packet, length); }
size_t usbd_receive(uint8_t *packet) { return receive(USB_BULK_ENDPOINT, packet); }

bool usbd_ready(void) { return usb_control_configured() && usb_control_open() && !usb.suspended; }

void usbd_hold(void) { core_disable_interrupt(MACHINE_UART_IRQ); }
void usbd_release(void) { core_enable_interrupt(MACHINE_UART_IRQ); }

static void want_frames(bool on) {
  if (on) {
    USBD_INTENSET = USBD_INT_SOF;
  } else {
    USBD_INTENCLR = USBD_INT_SOF;
  }
}

void usbd_tell_frames(bool on) {
  usb.frames_told = on;
  want_frames(on || usb_control_touched());
}

// The control endpoint.

static void answer_on(void) {
  const size_t length = usb.left < USB_PACKET_BYTES ? usb.left : USB_PACKET_BYTES;
  for (size_t i = 0; i < length; i++) usb.packet[i] = usb.answer[i];
  usb.answer += length;
  usb.left -= length;
  send(0, usb.packet, length);
}

void usb_controller_answer(const uint8_t *bytes, size_t length) {
  usb.answer = bytes;
  usb.left = length;
  if (length == 0) {
    usb_controller_accept();
  } else {
    answer_on();
  }
}

void usb_controller_expect(void) { USBD_EP0RCVOUT = 1; }
void usb_controller_accept(void) { USBD_EP0STATUS = 1; }
void usb_controller_refuse(void) { USBD_EP0STALL = 1; }

static void data_done(void) {
  if (!(USBD_SETUP_BYTE(SETUP_TYPE) & SETUP_TO_HOST)) {
    usb_control_data(usb.packet, receive(0, usb.packet));
  } else if (usb.left > 0) {
    answer_on();
  } else {
    usb_controller_accept();
  }
}

static uint16_t setup_word(uint32_t at) { return (uint16_t)(USBD_SETUP_BYTE(at) | USBD_SETUP_BYTE(at + 1) << 8); }

static void setup_came(void) {
  const usb_setup setup = {.type = (uint8_t)USBD_SETUP_BYTE(SETUP_TYPE),
                           .request = (uint8_t)USBD_SETUP_BYTE(SETUP_REQUEST),
                           .value = setup_word(SETUP_VALUE),
                           .index = setup_word(SETUP_INDEX),
                           .length = setup_word(SETUP_LENGTH)};
  usb.left = 0;
  if (setup.type == 0 && setup.request == SET_ADDRESS) return;  // the controller does it, its status stage too
  usb_control_setup(&setup);
}

void usb_controller_configure(bool on) {
  USBD_EPINEN = on ? 1u | 1u << USB_NOTIFY_ENDPOINT | 1u << USB_BULK_ENDPOINT : 1u;
  USBD_EPOUTEN = on ? 1u | 1u << USB_BULK_ENDPOINT : 1u;
  if (on) {
    usb_controller_halt(USB_IN | USB_NOTIFY_ENDPOINT, false);
    usb_controller_halt(USB_IN | USB_BULK_ENDPOINT, false);
    usb_controller_halt(USB_BULK_ENDPOINT, false);
    USBD_SIZE_EPOUT(USB_BULK_ENDPOINT) = 0;  // takes the first packet; the end of each transfer takes the next one
  }
  usb_line_reset();
}

void usb_controller_halt(uint8_t address, bool halted) {
  USBD_EPSTALL = address | (halted ? EPSTALL_STALL : 0u);
  if (!halted) {
    USBD_DTOGGLE = address;  // chooses the endpoint
    USBD_DTOGGLE = address | DTOGGLE_DATA0;
  }
}

bool usb_controller_halted(uint8_t address) { return address & USB_IN ? USBD_HALTED_IN(address & 7u) : USBD_HALTED_OUT(address & 7u); }

void usb_controller_serial_number(char digits[17]) {
  hex_of(FICR_DEVICEADDR(1), digits);
  hex_of(FICR_DEVICEADDR(0), digits + 8);
  for (char *digit = digits; *digit; digit++) {
    if (*digit >= 'a') *digit = (char)(*digit - 'a' + 'A');  // as the boot loader writes them: one board has one number
  }
}

// The bus.

static void bus_was_reset(void) {
  usb.left = 0;
  usb.suspended = false;
  usb_control_reset();
  usb_controller_configure(false);
}

static void bus_changed(void) {
  const uint32_t cause = USBD_EVENTCAUSE;
  USBD_EVENTCAUSE = cause;
  if (cause & EVENTCAUSE_SUSPEND) usb.suspended = true;
  if (cause & EVENTCAUSE_RESUME) usb.suspended = false;
}

static void data_came(void) {
  const uint32_t which = USBD_EPDATASTATUS;
  USBD_EPDATASTATUS = which;
  if (which & 1u << USB_BULK_ENDPOINT) usb_line_sent();
  if (which & 1u << (16 + USB_BULK_ENDPOINT)) usb_line_received();
}

static void frame_began(void) {
  usb_line_frame();
  if (!usb_control_touched()) {
    usb.touched = 0;
  } else if (++usb.touched == TOUCH_FRAMES) {
    machine_enter_boot_loader();
  }
}

static bool happened(volatile uint32_t *event) {
  const bool did = *event;
  if (did) *event = 0;
  return did;
}

void usbd_serve(void) {
  if (happened(&USBD_USBRESET)) bus_was_reset();
  if (happened(&USBD_USBEVENT)) bus_changed();
  // In this order: what belongs to the request before comes first.
  if (happened(&USBD_EP0DATADONE)) data_done();
  if (happened(&USBD_EP0SETUP)) setup_came();
  if (happened(&USBD_EPDATA)) data_came();
  if (happened(&USBD_SOF)) frame_began();
  want_frames(usb.frames_told || usb_control_touched());
}

void UART_Handler(void) { usbd_serve(); }

// The cable.

static void write_errata(volatile uint32_t *where, uint32_t value) {
  ERRATA_LOCK = ERRATA_KEY;
  *where = value;
  ERRATA_LOCK = ERRATA_KEY;
}

static void power_on(void) {
  USBD_EVENTCAUSE = EVENTCAUSE_READY;
  write_errata(&ERRATA_187, ERRATA_187_ON);
  write_errata(&ERRATA_171, ERRATA_171_ON);
  USBD_ENABLE = 1;
  while (!(USBD_EVENTCAUSE & EVENTCAUSE_READY)) {
  }
  USBD_EVENTCAUSE = EVENTCAUSE_READY;
  write_errata(&ERRATA_171, 0);
  write_errata(&ERRATA_187, 0);
  ERRATA_166_ADDRESS = 0x7E3;
  ERRATA_166_VALUE = 0x40;
  usb_control_reset();
  USBD_INTENSET = USBD_INT_USBRESET | USBD_INT_EP0DATADONE | USBD_INT_USBEVENT | USBD_INT_EP0SETUP | USBD_INT_EPDATA;
}

static void power_off(void) {
  USBD_USBPULLUP = 0;
  USBD_ENABLE = 0;
  usb_control_reset();
  usb_line_reset();
}

void machine_power_handler(void) {
  POWER_EVENTS_USBDETECTED = 0;
  POWER_EVENTS_USBREMOVED = 0;
  POWER_EVENTS_USBPWRRDY = 0;
  const bool on = USBD_ENABLE;
  if (!(POWER_USBREGSTATUS & USBREGSTATUS_VBUSDETECT)) {
    if (on) power_off();
    return;
  }
  if (!on) power_on();
  if ((POWER_USBREGSTATUS & USBREGSTATUS_OUTPUTRDY) && !USBD_USBPULLUP) USBD_USBPULLUP = 1;
}

void usbd_begin(void) {
  core_interrupt_priority(MACHINE_UART_IRQ, MACHINE_PRIORITY);
  core_interrupt_priority(MACHINE_POWER_IRQ, MACHINE_PRIORITY);
  POWER_INTENSET = POWER_INT_USB;
  core_enable_interrupt(MACHINE_UART_IRQ);
  core_enable_interrupt(MACHINE_POWER_IRQ);
  core_raise_interrupt(MACHINE_POWER_IRQ);  // looks for a cable that is in already
}
