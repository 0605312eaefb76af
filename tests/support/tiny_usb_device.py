"""A firmware in Python for the emulated USB controller: a serial port that sends back what it gets. It writes the registers as a driver in C does."""

from __future__ import annotations

import struct

from plumbline.host.nrf52840.peripherals import usbd_registers as at
from tests.support.tiny_chip import TinyChip

BUFFER_IN, BUFFER_OUT, BUFFER_CONTROL = 0x2000_0000, 0x2000_0100, 0x2000_0200
IN, OUT = 1, 2
DEVICE = bytes.fromhex("12 01 00 02 ef 02 01 40 41 23 5a 80 00 01 01 02 03 01")
INTERFACES = bytes.fromhex(
    "09 04 00 00 01 02 02 00 00  05 24 00 10 01  05 24 06 00 01  04 24 02 06  07 05 83 03 08 00 10"
    "09 04 01 00 02 0a 00 00 00  07 05 81 02 40 00 00  07 05 02 02 40 00 00"
)
CONFIGURATION = bytes.fromhex("09 02") + (9 + len(INTERFACES)).to_bytes(2, "little") + bytes.fromhex("02 01 00 80 32") + INTERFACES
TEXTS = ("", "Plumbline", "echo", "0123456789abcdef" * 4)


def _text(text: str) -> bytes:
    raw = text.encode("utf-16-le")
    return bytes((len(raw) + 2, 3)) + raw


class EchoDevice:
    """See the module.

    Args:
        chip: its `firmware` this becomes.
        device, configuration: descriptors.
    """

    def __init__(self, chip: TinyChip, device: bytes = DEVICE, configuration: bytes = CONFIGURATION) -> None:
        self.chip, self.usbd, self._device, self._configuration = chip, chip.usbd, device, configuration
        self.mute = False
        """Whether it lets requests go unanswered."""
        self.deaf = False
        """Whether it leaves what arrives where it is."""
        self.baud = self.lines = 0
        self.log: list[str] = []
        self._reply = b""
        self._sending = False
        self._wanted = 0
        self._echo: list[bytes] = []
        self._busy = False
        chip.firmware = self.step
        self.usbd.write(at.ENABLE, 1)

    def step(self) -> None:
        """What the interrupt handler would do."""
        if self._took(at.USBEVENT):
            self._cause()
        if self._took(at.USBRESET):
            self.log.append("reset")
            self._echo.clear()
            self._busy = self._sending = False
        if self._took(at.EP0SETUP):
            self._setup()
        if self._took(at.EP0DATADONE):
            self._data_done()
        if self._took(at.ENDEPOUT):
            self._line_coding()
        if self._took(at.EPDATA):
            self._data()
        if self._took(at.ENDEPOUT + 4 * OUT):
            self._echo.append(self.chip.dma_read(BUFFER_OUT, self.usbd.read(at.EPOUT_AMOUNT + at.STRIDE * OUT)))
        self._send()

    def _took(self, event: int) -> bool:
        happened = self.usbd.read(event)
        if happened:
            self.usbd.write(event, 0)
        return bool(happened)

    def _cause(self) -> None:
        cause = self.usbd.read(at.EVENTCAUSE)
        self.usbd.write(at.EVENTCAUSE, cause)
        for bit, name in ((at.READY, "ready"), (at.SUSPEND, "suspend"), (at.RESUME, "resume")):
            if cause & bit:
                self.log.append(name)
        if cause & at.READY:
            self.usbd.write(at.USBPULLUP, 1)

    def _setup(self) -> None:
        kind, number, value, _, length = struct.unpack("<BBHHH", bytes(self.usbd.read(at.SETUP + 4 * each) for each in range(8)))
        self._sending = False
        if self.mute or (kind, number) == (0, 5):  # the controller takes its address by itself
            return
        found = {
            (0x80, 6, 0x100): self._device,
            (0x80, 6, 0x200): self._configuration,
            (0x80, 6, 0x300): bytes.fromhex("04 03 09 04"),
            **{(0x80, 6, 0x300 + each): _text(TEXTS[each]) for each in (1, 2, 3)},
            (0xA1, 0x21, 0): struct.pack("<IBBB", self.baud, 0, 0, 8),
        }.get((kind, number, value))
        if found is not None:
            self._reply, self._sending = found[:length], True
            self._next_reply()
        elif (kind, number) == (0x21, 0x20):
            self.usbd.write(at.EP0RCVOUT, 1)
        elif (kind, number) in ((0, 9), (0x21, 0x22)):
            if number == 9:
                self.usbd.write(at.EPINEN, 0xFF)
                self.usbd.write(at.EPOUTEN, 0xFF)
                self.usbd.write(at.SIZE_EPOUT + 4 * OUT, 0)
            else:
                self.lines = value
            self.log.append(f"{number:#x} {value}")
            self.usbd.write(at.EP0STATUS, 1)
        else:
            self.usbd.write(at.EP0STALL, 1)

    def _next_reply(self) -> None:
        packet, self._reply = self._reply[:64], self._reply[64:]
        self._transfer(at.EPIN_PTR, at.EPIN_MAXCNT, at.STARTEPIN, 0, BUFFER_CONTROL, len(packet), packet)

    def _data_done(self) -> None:
        if self._sending and self._reply:
            self._next_reply()
        elif self._sending:
            self.usbd.write(at.EP0STATUS, 1)
        else:
            self._transfer(at.EPOUT_PTR, at.EPOUT_MAXCNT, at.STARTEPOUT, 0, BUFFER_CONTROL, self.usbd.read(at.SIZE_EPOUT))

    def _line_coding(self) -> None:
        self.baud = int.from_bytes(self.chip.dma_read(BUFFER_CONTROL, 4), "little")
        self.log.append(f"baud {self.baud}")
        self.usbd.write(at.EP0STATUS, 1)

    def _data(self) -> None:
        status = self.usbd.read(at.EPDATASTATUS)
        self.usbd.write(at.EPDATASTATUS, status)
        if status >> OUT + 16 & 1 and not self.deaf:
            self._transfer(at.EPOUT_PTR, at.EPOUT_MAXCNT, at.STARTEPOUT, OUT, BUFFER_OUT, self.usbd.read(at.SIZE_EPOUT + 4 * OUT))
        if status >> IN & 1:
            self._busy = False

    def _send(self) -> None:
        if self._echo and not self._busy and self.usbd.read(at.EPINEN) >> IN & 1:
            self._busy = True
            packet = self._echo.pop(0)
            self._transfer(at.EPIN_PTR, at.EPIN_MAXCNT, at.STARTEPIN, IN, BUFFER_IN, len(packet), packet)

    def _transfer(self, pointer: int, count: int, task: int, endpoint: int, address: int, size: int, data: bytes = b"") -> None:
        self.chip.dma_write(address, data)
        self.usbd.write(pointer + at.STRIDE * endpoint, address)
        self.usbd.write(count + at.STRIDE * endpoint, size)
        self.usbd.write(task + 4 * endpoint, 1)
