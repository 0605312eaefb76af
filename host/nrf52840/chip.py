"""The chip: memories, peripherals, time, the run loop, and resets.

Time is in ticks of the processor's 64 MHz clock. An executed instruction is one tick, whatever it costs a Cortex-M4.
Time in which the processor waits passes at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from plumbline.common.errors import NotModelled
from plumbline.host.nrf52840 import boot_loader
from plumbline.host.nrf52840.bus import AREAS, Bus
from plumbline.host.nrf52840.core import Core
from plumbline.host.nrf52840.image import Image
from plumbline.host.nrf52840.peripherals.ficr_uicr import Uicr
from plumbline.host.nrf52840.peripherals.gpio import Gpio
from plumbline.host.nrf52840.peripherals.gpiote import Gpiote
from plumbline.host.nrf52840.peripherals.nvmc import Nvmc
from plumbline.host.nrf52840.peripherals.peripheral import Peripheral
from plumbline.host.nrf52840.peripherals.power_clock import LOCKUP, SOFT_RESET, PowerClock
from plumbline.host.nrf52840.peripherals.ppi import Ppi
from plumbline.host.nrf52840.peripherals.table import PERIPHERALS
from plumbline.host.nrf52840.processor import FLASH_SIZE, RAM, RAM_SIZE
from plumbline.host.nrf52840.spin import SPIN_TICKS

P = TypeVar("P", bound=Peripheral)
HZ = 64_000_000
"""Ticks a second."""
_LONGEST = 1_000_000
"""Instructions after which the run loop looks at `until` again, at the latest."""


class Device(Protocol):
    """What has a time at which it does something: a peripheral, or something outside of the chip."""

    def due(self) -> int | None: ...

    def tick(self, now: int) -> None: ...


@dataclass(frozen=True)
class Stop:
    """Why a run ended before its time: a reset, where `stop_at_reset` asks for that."""

    reason: str


class Chip:
    """An nRF52840 that was just powered, with erased flash.

    Args:
        seed: of the chip's identity and its random numbers.
    """

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed
        self._start = 0
        """Where the first stack pointer and program counter come from."""
        self._where: Callable[[int], str] = "{:#010x}".format
        self.skipped = 0
        """Ticks in which no instruction was executed."""
        self.resets: list[str] = []
        """Why the chip was reset, each time since power-on."""
        self.stop_at_reset = False
        self.devices: list[Device] = []
        """What is outside of the chip and has a time."""
        self._halted_until = 0
        self._reset_wanted: tuple[int, str] | None = (0, "")
        self._stored: list[tuple[int, int]] = []
        """Flash words that are being stored to, with what they were."""
        self._core = Core(self._flash_store, lambda: self.now, self.reschedule, lambda: self.request_reset(SOFT_RESET, "SYSRESETREQ"))
        self._peripherals: dict[int, Peripheral] = {}
        for base, kind in PERIPHERALS.items():
            self._peripherals[base] = kind(self, base)
        self.power, self.nvmc, self.uicr, self.gpio = self._only(PowerClock), self._only(Nvmc), self._only(Uicr), self._only(Gpio)
        self._ppi, self.gpiote = self._only(Ppi), self._only(Gpiote)
        self._timed = [each for each in self._peripherals.values() if type(each).due is not Peripheral.due]
        self._due: int | None = 0
        """When something happens next; None: nothing does. Held until `reschedule`."""
        self._due_known = False
        self._bus = Bus(self._peripherals, self._core.spaces, self.not_modelled)
        for start, size in AREAS:
            self._core.processor.map_registers(start, size, self._bus.read, self._write)

    @property
    def instructions(self) -> int:
        """Executed since power-on, exact; during an access to a register the instruction itself counts."""
        return self._core.processor.state.count

    @property
    def now(self) -> int:
        """Ticks since power-on."""
        return self._core.processor.state.count + self.skipped

    @property
    def pc(self) -> int:
        """Of the instruction that executes or was executed last."""
        return self._core.processor.state.pc

    def reschedule(self) -> None:
        """Look at times and interrupts again at the next boundary of instructions."""
        self._due_known = False
        self._core.processor.ask()

    def halt(self, ticks: int) -> None:
        """Let the processor stand still, while the peripherals go on."""
        self._halted_until = max(self.now, self._halted_until) + ticks
        self.reschedule()

    def request_reset(self, reason: int, name: str) -> None:
        """Reset the chip at the next boundary of instructions.

        Args:
            reason: a bit of POWER.RESETREAS.
            name: for `resets`.
        """
        self._reset_wanted = (reason, name)
        self.reschedule()

    def read_memory(self, address: int, size: int) -> bytes:
        """Bytes of flash or RAM.

        Raises:
            ValueError: there is neither.
        """
        found = self._core.processor.read(address, size)
        if found is None:
            raise ValueError(f"no memory at {address:#010x} to {address + size:#010x}")
        return found

    def write_flash(self, address: int, data: bytes) -> None:
        """As a programmer does: any bytes, at once.

        Raises:
            ValueError: they do not all lie in flash.
        """
        if not 0 <= address <= address + len(data) <= FLASH_SIZE:
            raise ValueError(f"{len(data)} bytes at {address:#010x} are not in flash, which ends at {FLASH_SIZE:#010x}")
        self._core.processor.write_flash(address, data)

    def load(self, image: Image) -> None:
        """Write an image into flash, and name its functions in messages.

        Without anything at address 0 the chip starts where the image does, as the Nano's boot loader leaves it: see `boot_loader`.
        """
        for address, data in image.pieces:
            self.write_flash(address, data)
        self._where = image.where
        self._start = image.start if self.read_memory(0, 8) == b"\xff" * 8 else 0

    def where(self, address: int) -> str:
        """An address for a message, with its function where the image tells."""
        return self._where(address)

    def dma_read(self, address: int, count: int) -> bytes:
        """What EasyDMA reads, which reaches RAM alone.

        Raises:
            NotModelled: the address is not in RAM; the chip would read nonsense.
        """
        if not RAM <= address <= address + count <= RAM + RAM_SIZE:
            raise self.not_modelled(f"EasyDMA from outside of RAM ({count} bytes)", address)
        return self.read_memory(address, count)

    def dma_write(self, address: int, data: bytes) -> None:
        """What EasyDMA writes.

        Raises:
            NotModelled: the address is not in RAM.
        """
        if not self._core.processor.write_ram(address, data):
            raise self.not_modelled(f"EasyDMA to outside of RAM ({len(data)} bytes)", address)

    def peripheral(self, base: int) -> Peripheral:
        """By the address of its page.

        Raises:
            NotModelled: the chip model has none there.
        """
        return self._bus.peripheral(base)

    def _only(self, kind: type[P]) -> P:
        """The peripheral of which there is one."""
        return next(each for each in self._peripherals.values() if isinstance(each, kind))

    def interrupt_line(self, irq: int, on: bool) -> None:
        """A peripheral asks for its interrupt, or no longer does."""
        self._core.nvic.line(irq, on)
        self._core.look()

    def event_happened(self, address: int) -> None:
        """An event's register was set: PPI may have a task for it."""
        self._ppi.happened(address)

    def not_modelled(self, what: str, address: int) -> NotModelled:
        """The error for something that the chip model does not have, which ends the run."""
        return NotModelled(
            f"The emulated nRF52840 does not model {what} at {address:#010x}, which the instruction at {self.where(self.pc)} uses.",
            "docs/explanation/emulated-nano.md lists what is modelled; a real board has the rest.",
        )

    def run(self, until: Callable[[], bool], ticks: int) -> Stop | None:
        """Let time pass.

        Args:
            until: asked between stretches of at most a million instructions; ends the run when it says so.
            ticks: end after so many.

        Raises:
            NotModelled: the firmware touched something that the model does not have.
        """
        end = self.now + ticks
        while self.now < end:
            self._tick()
            if self._reset_wanted is not None:
                stop = self._reset()
                if stop is not None:
                    return stop
                continue
            if until():
                break
            if self._halted_until > self.now:
                self._skip(min(self._halted_until, end))
            elif self._core.ready():
                self._execute(min(self._next_due(end), self.now + _LONGEST))
            else:
                self._skip(end)
        return None

    def _ticking(self) -> Iterator[Device]:
        yield self._core.systick
        yield from self._timed
        yield from self.devices

    def _tick(self) -> None:
        """Have everything happen whose time has come."""
        now = self.now
        if self._due_known and (self._due is None or self._due > now):
            return
        for device in self._ticking():
            due = device.due()
            if due is not None and due <= now:
                device.tick(now)
        self._due = min((due for device in self._ticking() if (due := device.due()) is not None), default=None)
        self._due_known = True

    def _next_due(self, end: int) -> int:
        return end if self._due is None else min(self._due, end)

    def _skip(self, end: int) -> None:
        """Let time pass without instructions, up to the next thing that happens."""
        self.skipped += max(self._next_due(end) - self.now, 0)

    def _execute(self, end: int) -> None:
        lockup = self._core.execute(max(end - self.now, 1))
        if self._stored:
            self._finish_stores()
        if self._core.spins:
            self._skip(min(end, self.now + SPIN_TICKS))
        if lockup is not None:
            self.request_reset(LOCKUP, f"lockup: {lockup}")

    def _write(self, address: int, size: int, value: int) -> None:
        self._bus.write(address, size, value)
        self._core.look()

    def _flash_store(self, address: int, size: int, _value: int) -> bool:
        """A store to flash begins; Unicorn stores the whole value, and `_finish_stores` makes of it what flash does."""
        if not self.nvmc.may_write(address, size):
            return False
        self._stored.append((address, int.from_bytes(self.read_memory(address, 4), "little")))
        return True

    def _finish_stores(self) -> None:
        for address, before in self._stored:
            stored = int.from_bytes(self.read_memory(address, 4), "little")
            self.write_flash(address, (before & stored).to_bytes(4, "little"))
            self.nvmc.wrote()
        self._stored.clear()

    def _reset(self) -> Stop | None:
        """Everything but RAM, flash, UICR, and what POWER keeps."""
        assert self._reset_wanted is not None
        (reason, name), self._reset_wanted = self._reset_wanted, None
        for peripheral in self._peripherals.values():
            if not reason & peripheral.survives:
                peripheral.reset()
        self._halted_until = 0
        self._core.reset(self._start)
        for address, value in boot_loader.LEFT if self._start else ():
            self._bus.write(address, 4, value)
        if not reason:
            return None
        self.power.note_reset(reason)
        self.resets.append(name)
        return Stop(name) if self.stop_at_reset else None
