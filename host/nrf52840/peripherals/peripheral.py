"""What all of Nordic's peripherals share: tasks, events, shortcuts between them, and the interrupts that events ask for.

nRF52840 Product Specification, "Peripheral interface".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from plumbline.host.nrf52840.chip import Chip

EVENTS, SHORTS, INTEN, INTENSET, INTENCLR = 0x100, 0x200, 0x300, 0x304, 0x308


class Peripheral:
    """One page of registers.

    Args:
        base: the address of its first register; the interrupt's number is in it.
    """

    name: ClassVar[str]
    """As the product specification calls it."""
    tasks: ClassVar[frozenset[int]] = frozenset()
    """Offsets of the task registers that it has."""
    events: ClassVar[frozenset[int]] = frozenset()
    """Offsets of the event registers that it has."""
    shortcuts: ClassVar[tuple[tuple[int, int, int], ...]] = ()
    """Bit of SHORTS, event and task that it connects."""
    resets: ClassVar[Mapping[int, int]] = {}
    """The other registers that it has, with their values after a reset."""

    survives: ClassVar[int] = 0
    """Bits of RESETREAS: the resets that leave it as it is."""

    def __init__(self, chip: Chip, base: int) -> None:
        self.chip, self.base, self.irq = chip, base, base >> 12 & 0x3F
        self.inten = 0
        self.registers: dict[int, int] = {}
        self.clear()

    def clear(self) -> None:
        """Registers as after a reset."""
        self.inten = 0
        self.registers = dict.fromkeys(self.events, 0) | ({SHORTS: 0} if self.shortcuts else {}) | dict(self.resets)

    def reset(self) -> None:
        """What a reset of the chip does; peripherals with more state than registers add to it."""
        self.clear()
        self._line()

    def read(self, offset: int) -> int:
        """A whole word.

        Raises:
            NotModelled: there is no such register.
        """
        if offset in (INTEN, INTENSET, INTENCLR) and self.events:
            return self.inten
        if offset in self.tasks:
            return 0
        if offset not in self.registers:
            raise self.chip.not_modelled(f"a register of {self.name}", self.base + offset)
        return self.registers[offset]

    def write(self, offset: int, value: int) -> None:
        """A whole word: starts a task, changes which events interrupt, or is kept.

        Raises:
            NotModelled: there is no such register.
        """
        if offset in self.tasks:
            if value & 1:
                self.task(offset)
        elif offset in (INTEN, INTENSET, INTENCLR) and self.events:
            self.inten = value if offset == INTEN else self.inten | value if offset == INTENSET else self.inten & ~value
            self._line()
        elif offset in self.registers:
            before, self.registers[offset] = self.registers[offset], value
            if offset in self.events:
                self._line()
            self.written(offset, value, before)
        else:
            raise self.chip.not_modelled(f"a register of {self.name}", self.base + offset)

    def start(self, task: int) -> None:
        """PPI starts a task.

        Raises:
            NotModelled: there is no such task.
        """
        if task not in self.tasks:
            raise self.chip.not_modelled(f"a task of {self.name}", self.base + task)
        self.task(task)

    def task(self, offset: int) -> None:
        """A task was started, by a write, a shortcut or PPI."""

    def written(self, offset: int, value: int, before: int) -> None:
        """A register that is no task got a value, which `registers` holds already."""

    def event(self, offset: int) -> None:
        """Something happened: the event's register is set, the interrupt asked for, shortcuts and PPI start their tasks."""
        self.registers[offset] = 1
        self._line()
        shorts = self.registers.get(SHORTS, 0)
        if shorts:
            for bit, event, task in self.shortcuts:
                if event == offset and shorts >> bit & 1:
                    self.task(task)
        self.chip.event_happened(self.base + offset)

    def _line(self) -> None:
        on = self.inten and any(self.inten >> (offset - EVENTS) // 4 & 1 and self.registers[offset] for offset in self.events)
        self.chip.interrupt_line(self.irq, bool(on))

    def due(self) -> int | None:
        """When something happens by itself next, in ticks since power-on; None: nothing does."""
        return None

    def tick(self, now: int) -> None:
        """The time that `due` told has come."""
