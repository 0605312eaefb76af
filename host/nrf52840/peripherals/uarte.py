"""UARTE: the serial port with EasyDMA, a byte in ten bits' time (PS, "UARTE").

What it sends is kept in `sent`, what comes in is given to `receive`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import ClassVar

from plumbline.host.nrf52840.peripherals.peripheral import Peripheral

_STARTRX, _STOPRX, _STARTTX, _STOPTX, _FLUSHRX = 0x00, 0x04, 0x08, 0x0C, 0x2C
_CTS, _NCTS, _RXDRDY, _ENDRX, _TXDRDY, _ENDTX, _ERROR, _RXTO = 0x100, 0x104, 0x108, 0x110, 0x11C, 0x120, 0x124, 0x144
_RXSTARTED, _TXSTARTED, _TXSTOPPED = 0x14C, 0x150, 0x158
_ERRORSRC, _ENABLE, _PSEL, _BAUDRATE, _CONFIG = 0x480, 0x500, (0x508, 0x50C, 0x510, 0x514), 0x524, 0x56C
_RX_PTR, _RX_MAXCNT, _RX_AMOUNT, _TX_PTR, _TX_MAXCNT, _TX_AMOUNT = 0x534, 0x538, 0x53C, 0x544, 0x548, 0x54C
_UARTE = 8
_BITS = 10
_OVERRUN = 1


class Uarte(Peripheral):
    """Without flow control. The plain UART that shares its page on the chip is not modelled."""

    name = "UARTE"
    tasks = frozenset((_STARTRX, _STOPRX, _STARTTX, _STOPTX, _FLUSHRX))
    events = frozenset((_CTS, _NCTS, _RXDRDY, _ENDRX, _TXDRDY, _ENDTX, _ERROR, _RXTO, _RXSTARTED, _TXSTARTED, _TXSTOPPED))
    shortcuts = ((5, _ENDRX, _STARTRX), (6, _ENDRX, _STOPRX))
    resets: ClassVar[Mapping[int, int]] = {
        **dict.fromkeys((_ERRORSRC, _ENABLE, _CONFIG, _RX_PTR, _RX_MAXCNT, _RX_AMOUNT, _TX_PTR, _TX_MAXCNT, _TX_AMOUNT), 0),
        **dict.fromkeys(_PSEL, 0xFFFF_FFFF),
        _BAUDRATE: 0x0400_0000,
    }
    sent: bytearray | None = None
    _coming: deque[int]
    _sending: bytes

    def clear(self) -> None:
        super().clear()
        self.sent = self.sent if self.sent is not None else bytearray()
        self._coming, self._sending = deque(), b""
        self._next_in: int | None = None
        self._sent_at: int | None = None
        self._receives = False

    def receive(self, data: bytes) -> None:
        """Bytes arrive at the RXD pin, one after the other from now on."""
        self._coming.extend(data)
        if self._next_in is None and self._coming:
            self._next_in = self.chip.now + self._byte_ticks()
        self.chip.reschedule()

    def _byte_ticks(self) -> int:
        """BAUDRATE is in 2^-32 of 16 MHz."""
        return _BITS * 4 * (1 << 32) // max(self.registers[_BAUDRATE], 1)

    def task(self, offset: int) -> None:
        registers, now = self.registers, self.chip.now
        if registers[_ENABLE] != _UARTE:
            return
        if offset == _STARTTX:
            self._sending = self.chip.dma_read(registers[_TX_PTR], registers[_TX_MAXCNT]) if registers[_TX_MAXCNT] else b""
            self._sent_at = now + len(self._sending) * self._byte_ticks()
            self.event(_TXSTARTED)
        elif offset == _STOPTX:
            self._sent_at = None
            self.event(_TXSTOPPED)
        elif offset == _STARTRX:
            self._receives, registers[_RX_AMOUNT] = True, 0
            self.event(_RXSTARTED)
        elif offset == _STOPRX:
            if self._receives:
                self._receives = False
                self.event(_ENDRX)
            self.event(_RXTO)
        else:
            registers[_RX_AMOUNT] = 0
            self.event(_ENDRX)
        self.chip.reschedule()

    def written(self, offset: int, value: int, before: int) -> None:
        if offset == _ENABLE and value not in (0, _UARTE):
            raise self.chip.not_modelled("the UART without EasyDMA", self.base + offset)
        if offset == _ERRORSRC:
            self.registers[offset] = before & ~value
        elif offset in (_RX_AMOUNT, _TX_AMOUNT):
            self.registers[offset] = before

    def due(self) -> int | None:
        return min((time for time in (self._next_in, self._sent_at) if time is not None), default=None)

    def tick(self, now: int) -> None:
        if self._sent_at is not None and self._sent_at <= now:
            self._sent_at = None
            assert self.sent is not None
            self.sent += self._sending
            self.registers[_TX_AMOUNT] = len(self._sending)
            if self._sending:
                self.event(_TXDRDY)
            self.event(_ENDTX)
        if self._next_in is not None and self._next_in <= now:
            byte = self._coming.popleft()
            self._next_in = now + self._byte_ticks() if self._coming else None
            self._take(byte)

    def _take(self, byte: int) -> None:
        registers = self.registers
        if registers[_ENABLE] != _UARTE:
            return
        if not self._receives or registers[_RX_AMOUNT] >= registers[_RX_MAXCNT]:
            registers[_ERRORSRC] |= _OVERRUN
            self.event(_ERROR)
            return
        self.chip.dma_write(registers[_RX_PTR] + registers[_RX_AMOUNT], bytes((byte,)))
        registers[_RX_AMOUNT] += 1
        self.event(_RXDRDY)
        if registers[_RX_AMOUNT] == registers[_RX_MAXCNT]:
            self._receives = False
            self.event(_ENDRX)
