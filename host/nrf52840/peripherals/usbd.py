"""USBD, the USB device controller (PS, "USBD"): endpoints with a packet of buffer each, EasyDMA between them and RAM, and what the bus does to them.

The bus is driven by `usb_host`: whole packets, not bits. Data toggles, isochronous endpoints, and an SOF event that starts a task through PPI are not
modelled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbline.host.nrf52840.peripherals import usbd_registers as at
from plumbline.host.nrf52840.peripherals.peripheral import INTEN, INTENCLR, INTENSET, Peripheral

if TYPE_CHECKING:
    from plumbline.host.nrf52840.chip import Chip

PACKET = 64
"""Bytes of an endpoint's buffer."""
FRAME_TICKS = 64_000
"""A millisecond."""
_READY_TICKS, _DMA_TICKS, _DMA_BYTE_TICKS = 6_400, 64, 4
"""Until the controller is ready, and what a transfer by EasyDMA takes, some of it a byte. The product specification has no figures: these are short
and not zero, so that a driver that does not wait for the event is found out."""


@dataclass(frozen=True)
class _Transfer:
    """EasyDMA at work, between RAM and an endpoint's buffer."""

    into: bool
    """An IN endpoint's buffer, from RAM."""
    endpoint: int
    pointer: int
    count: int
    end: int
    """Ticks."""


class Usbd(Peripheral):
    """The device's end of the bus. The methods below "the bus" are what a host does to it; `changed` is called when it may go on."""

    name = "USBD"
    tasks, events, shortcuts, resets = at.TASKS, at.EVENTS, at.SHORTCUTS, at.RESETS

    def __init__(self, chip: Chip, base: int) -> None:
        self.changed: Callable[[], None] = lambda: None
        super().__init__(chip, base)

    def clear(self) -> None:
        super().clear()
        self._loaded: dict[int, bytes] = {}
        self._arrived: dict[int, bytes] = {}
        self._accepts: set[int] = set()
        self._receives = self._status = self._stalled = self._suspended = self._wakes = False
        self._transfer: _Transfer | None = None
        self._void: _Transfer | None = None
        self._ready_at: int | None = None
        self._first_frame: int | None = None
        self._frames_seen = 0
        self._inside: dict[int, int] = {}

    def reset(self) -> None:
        super().reset()
        self.changed()

    # registers
    def read(self, offset: int) -> int:
        if offset == at.FRAMECNTR:
            return self._frames() & 0x7FF
        if offset == at.SOF:
            self._notice_frames()
        if offset == at.INSIDE_VALUE:
            return self._inside.get(self.registers[at.INSIDE_INDEX], 0)
        return super().read(offset)

    def write(self, offset: int, value: int) -> None:
        if offset in (INTEN, INTENSET, INTENCLR):
            self._notice_frames()
        super().write(offset, value)

    def task(self, offset: int) -> None:
        if at.STARTEPIN <= offset < at.STARTISOIN or at.STARTEPOUT <= offset < at.STARTISOOUT:
            into = offset < at.STARTISOIN
            self._start(into, (offset - (at.STARTEPIN if into else at.STARTEPOUT)) // 4, offset)
        elif offset == at.EP0RCVOUT:
            self._receives = True
        elif offset == at.EP0STATUS:
            self._status = True
        elif offset == at.EP0STALL:
            self._stalled = True
        elif offset == at.DPDMDRIVE:
            self._wakes = self._suspended
        elif offset in (at.STARTISOIN, at.STARTISOOUT):
            raise self.chip.not_modelled("isochronous transfers", self.base + offset)
        self.changed()

    def _start(self, into: bool, endpoint: int, offset: int) -> None:
        """EasyDMA: the registers are captured, the data goes over a little later. There is one channel for all endpoints."""
        if self._transfer is not None:
            raise self.chip.not_modelled("a transfer of USBD's EasyDMA that starts while another one runs", self.base + offset)
        pointer, count = (
            self.registers[base + at.STRIDE * endpoint] for base in ((at.EPIN_PTR, at.EPIN_MAXCNT) if into else (at.EPOUT_PTR, at.EPOUT_MAXCNT))
        )
        count = min(count & 0x7F, PACKET)
        self._transfer = _Transfer(into, endpoint, pointer, count, self.chip.now + _DMA_TICKS + _DMA_BYTE_TICKS * count)
        self.registers[at.EPSTATUS] |= 1 << endpoint + (0 if into else 16)
        self.chip.reschedule()
        self.event(at.STARTED)

    def _finish(self, done: _Transfer) -> None:
        self._transfer = None
        if done.into:
            data = self.chip.dma_read(done.pointer, done.count) if done.count else b""
            if done is not self._void:
                self._loaded[done.endpoint] = data
            self.registers[at.EPIN_AMOUNT + at.STRIDE * done.endpoint] = done.count
            self.event(at.ENDEPIN + 4 * done.endpoint)
        else:
            data = self._arrived.pop(done.endpoint, b"")[: done.count]
            if data:
                self.chip.dma_write(done.pointer, data)
            self.registers[at.EPOUT_AMOUNT + at.STRIDE * done.endpoint] = len(data)
            if done.endpoint:
                self._accepts.add(done.endpoint)
            self.event(at.ENDEPOUT + 4 * done.endpoint)
        self.changed()

    def written(self, offset: int, value: int, before: int) -> None:
        if offset in (at.EVENTCAUSE, at.EPSTATUS, at.EPDATASTATUS):
            self.registers[offset] = before & ~value
        elif offset == at.SOF:
            self._frames_seen = self._frames()
        elif offset == at.ENABLE and (value ^ before) & 1:
            self._switch(bool(value & 1))
        elif at.SIZE_EPOUT <= offset < at.SIZE_ISOOUT:
            self._drop_out((offset - at.SIZE_EPOUT) // 4)
        elif offset == at.EPSTALL:
            self.registers[(at.HALTED_EPIN if value & 0x80 else at.HALTED_EPOUT) + 4 * (value & 7)] = value >> 8 & 1
        elif offset == at.LOWPOWER and before & ~value & 1 and self._suspended:
            self._cause(at.USBWUALLOWED)
        elif offset == at.INSIDE_VALUE:
            self._inside_written(self.registers[at.INSIDE_INDEX], value)
        if offset not in self.events:
            self.changed()

    def _switch(self, on: bool) -> None:
        self.chip.power.usb_regulator(on)
        self._ready_at = self.chip.now + _READY_TICKS if on else None
        if not on:
            self._loaded.clear()
            self._arrived.clear()
            self._accepts.clear()
            self._first_frame = None
        self.chip.reschedule()

    def _drop_out(self, endpoint: int) -> None:
        """What has arrived is forgotten, and the endpoint takes the next packet."""
        self.registers[at.SIZE_EPOUT + 4 * endpoint] = 0
        self._arrived.pop(endpoint, None)
        self._accepts.add(endpoint)

    def _inside_written(self, index: int, value: int) -> None:
        """What Nordic's drivers do there: empty an endpoint's buffer, or the setting of erratum 166."""
        endpoint = (index - at.OUT_INSIDE) // 2
        if (index - at.OUT_INSIDE) % 2 == 0 and 0 <= endpoint < at.ENDPOINTS:
            self._drop_out(endpoint)
        elif (index - at.IN_INSIDE) % 2 == 0 and 0 <= (index - at.IN_INSIDE) // 2 < at.ENDPOINTS - 1:
            self._loaded.pop((index - at.IN_INSIDE) // 2 + 1, None)
        elif index == at.IN0_INSIDE:
            self._loaded.pop(0, None)
        elif index in at.ISO_INSIDE:
            self._inside[index] = value
        else:
            raise self.chip.not_modelled(f"USBD's inside at {index:#x}", self.base + at.INSIDE_VALUE)

    def _cause(self, bits: int) -> None:
        self.registers[at.EVENTCAUSE] |= bits
        self.event(at.USBEVENT)

    # time
    def due(self) -> int | None:
        times = [self._transfer.end] if self._transfer else []
        if self._ready_at is not None:
            times.append(self._ready_at)
        if self._first_frame is not None and self.inten >> (at.SOF - at.USBRESET) // 4 & 1:  # else nobody sees when a frame begins
            times.append(self._first_frame + (self._frames_seen + 1) * FRAME_TICKS)
        return min(times, default=None)

    def tick(self, now: int) -> None:
        if self._transfer and self._transfer.end <= now:
            self._finish(self._transfer)
        if self._ready_at is not None and self._ready_at <= now:
            self._ready_at = None
            self._cause(at.READY)
        if self.inten >> (at.SOF - at.USBRESET) // 4 & 1:
            self._notice_frames()

    def _frames(self) -> int:
        return 0 if self._first_frame is None else (self.chip.now - self._first_frame) // FRAME_TICKS

    def _notice_frames(self) -> None:
        if (begun := self._frames()) > self._frames_seen:
            self._frames_seen = begun
            self.event(at.SOF)

    # the bus
    @property
    def pulled_up(self) -> bool:
        """Whether a host sees that a device is there."""
        return bool(self.registers[at.ENABLE] & self.registers[at.USBPULLUP] & 1)

    @property
    def wakes(self) -> bool:
        """Whether the device asks a suspended host to go on."""
        return self._wakes

    def bus_reset(self) -> None:
        """A host resets the bus: all endpoints but the control endpoint are off, the address is 0."""
        self._loaded.clear()
        self._arrived.clear()
        self._accepts.clear()
        self._void = self._transfer
        self._receives = self._status = self._stalled = self._suspended = self._wakes = False
        self.registers.update(dict.fromkeys([at.HALTED_EPIN + each for each in at.EACH] + [at.HALTED_EPOUT + each for each in at.EACH], 0))
        self.registers.update({at.USBADDR: 0, at.EPINEN: 1, at.EPOUTEN: 1, at.EPDATASTATUS: 0, at.EPSTATUS: 0})
        self._first_frame, self._frames_seen = self.chip.now, 0
        self.event(at.USBRESET)

    def setup(self, packet: bytes) -> None:
        """A host begins a control transfer with these eight bytes, which ends any that was open. SET_ADDRESS is answered by the controller itself."""
        for number, byte in enumerate(packet):
            self.registers[at.SETUP + 4 * number] = byte
        self._receives = self._status = self._stalled = False
        if self._transfer and self._transfer.endpoint == 0:
            self._void = self._transfer  # what it brings belongs to the transfer before
        self._loaded.pop(0, None)
        self._arrived.pop(0, None)
        if packet[:2] == b"\x00\x05":
            self.registers[at.USBADDR] = packet[2]
            self._status = True
        self.event(at.EP0SETUP)

    def stalled(self, endpoint: int, into: bool) -> bool:
        """Whether it answers STALL; `into` the host."""
        return self._stalled if endpoint == 0 else bool(self.registers[(at.HALTED_EPIN if into else at.HALTED_EPOUT) + 4 * endpoint])

    def take_status(self) -> bool:
        """The status stage of a control transfer: whether the device lets it end."""
        done, self._status = self._status, False
        return done

    def take_in(self, endpoint: int) -> bytes | None:
        """What an IN endpoint has for the host; None: it has nothing, and answers NAK."""
        if endpoint not in self._loaded or not self.registers[at.EPINEN] >> endpoint & 1 or self.stalled(endpoint, True):
            return None
        data = self._loaded.pop(endpoint)
        self._acknowledged(endpoint)
        return data

    def give_out(self, endpoint: int, data: bytes) -> bool:
        """A packet of at most PACKET bytes for an OUT endpoint; False: it has no room yet, and answers NAK."""
        takes = self._receives if endpoint == 0 else endpoint in self._accepts and bool(self.registers[at.EPOUTEN] >> endpoint & 1)
        if not takes or self.stalled(endpoint, False):
            return False
        if endpoint == 0:
            self._receives = False
        else:
            self._accepts.discard(endpoint)
        self._arrived[endpoint] = data
        self.registers[at.SIZE_EPOUT + 4 * endpoint] = len(data)
        self._acknowledged(endpoint and endpoint + 16)
        return True

    def _acknowledged(self, bit: int) -> None:
        if bit:
            self.registers[at.EPDATASTATUS] |= 1 << bit
        self.event(at.EPDATA if bit else at.EP0DATADONE)

    def suspend(self) -> None:
        """No frames any more."""
        self._suspended, self._first_frame = True, None
        self._cause(at.SUSPEND)

    def resume(self) -> None:
        """The host goes on."""
        self._suspended = self._wakes = False
        self._first_frame, self._frames_seen = self.chip.now, 0
        self._cause(at.RESUME)
