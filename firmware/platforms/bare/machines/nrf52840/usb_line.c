// See usb_line.h.
#include "usb_line.h"

#include "core.h"
#include "machine.h"
#include "usb_controller.h"
#include "usbd.h"

// One byte less than the endpoint takes: a short packet ends a transfer, so that the host sees it at once and nothing waits for an empty one.
enum { SENT_BYTES = USB_PACKET_BYTES - 1 };

static struct {
  volatile uint8_t packet[USB_PACKET_BYTES] __attribute__((aligned(4)));
  volatile uint32_t length;    // by the interrupt, when all of the packet before was read
  volatile uint32_t position;  // by the program
  volatile bool waiting;       // a packet is in the controller; until it is fetched the host is told to wait
} in;

static struct {
  uint8_t packet[SENT_BYTES] __attribute__((aligned(4)));
  uint32_t length;          // of last words that are still to be sent
  volatile bool sending;    // a packet is in the controller, and the host has not taken it
  volatile uint32_t frames;  // since the wait began
  bool deaf;                // the host did not take the packet in time: the next one is not waited for
} out;

void usb_line_begin(void) { usbd_begin(); }

void usb_line_reset(void) {
  in.length = 0;
  in.waiting = false;
  out.sending = false;
  out.deaf = false;
}

void usb_line_sent(void) {
  out.sending = false;
  out.deaf = false;
}

void usb_line_frame(void) { out.frames++; }

static void fetch(void) {
  if (!in.waiting || in.position < in.length) return;
  in.waiting = false;
  in.position = 0;
  in.length = (uint32_t)usbd_receive((uint8_t *)in.packet);
}

void usb_line_received(void) {
  in.waiting = true;
  fetch();
}

bool usb_line_empty(void) { return in.position >= in.length && !in.waiting; }

int usb_line_read(void) {
  if (in.position >= in.length) {
    if (!in.waiting) return -1;
    usbd_hold();
    fetch();
    usbd_release();
    if (in.position >= in.length) return -1;
  }
  const uint32_t at = in.position;
  const uint8_t byte = in.packet[at];
  in.position = at + 1;
  return byte;
}

// Sleeps until the host has taken the packet before. A bus without frames is suspended, which ends it too.
static bool taken(uint32_t patience_ms) {
  if (!out.sending) return true;
  if (out.deaf) return false;
  out.frames = 0;
  usbd_tell_frames(true);
  while (out.sending && usbd_ready() && out.frames < patience_ms) {
    core_interrupts_off();
    if (out.sending && usbd_ready()) core_wait();
    core_interrupts_on();
  }
  usbd_tell_frames(false);
  out.deaf = out.sending;
  return !out.sending;
}

static void send(size_t length) {
  out.sending = true;
  usbd_send(out.packet, length);
}

bool usb_line_write(const uint8_t *bytes, size_t length, uint32_t patience_ms) {
  while (length > 0) {
    if (!usbd_ready() || !taken(patience_ms)) return false;
    const size_t piece = length < SENT_BYTES ? length : SENT_BYTES;
    for (size_t i = 0; i < piece; i++) out.packet[i] = bytes[i];
    usbd_hold();
    send(piece);
    usbd_release();
    bytes += piece;
    length -= piece;
  }
  return true;
}

// Last words. A poll takes 20 us, and the host has a quarter of a second for a packet.
enum { POLL_TURNS = 640, PATIENCE_POLLS = 12500 };

static uint32_t patience;

void usb_line_take_over(void) {
  core_disable_interrupt(MACHINE_UART_IRQ);
  core_disable_interrupt(MACHINE_POWER_IRQ);
  out.length = 0;
  patience = PATIENCE_POLLS;
}

static void poll(void) {
  uint32_t turns = POLL_TURNS;
  CORE_SPIN(turns);
  usbd_serve();
  if (patience == 0 || !usbd_ready()) {
    out.length = 0;
  } else if (out.sending) {
    patience--;
  } else if (out.length > 0) {
    patience = PATIENCE_POLLS;
    send(out.length);
    out.length = 0;
  }
}

bool usb_line_busy(void) {
  if (out.length == SENT_BYTES) poll();
  return out.length == SENT_BYTES;
}

void usb_line_put(uint8_t byte) { out.packet[out.length++] = byte; }

bool usb_line_discards(void) {
  poll();
  const bool came = !usb_line_empty();
  in.position = in.length;
  fetch();
  in.position = in.length;
  return came || (usbd_ready() && patience > 0 && (out.sending || out.length > 0));
}
