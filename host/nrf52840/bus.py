"""Where loads and stores outside of the memories go: to a peripheral's registers, or to those of the processor's own space.

It cuts bytes and halfwords out of words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from plumbline.common.errors import NotModelled
from plumbline.host.nrf52840.peripherals.peripheral import Peripheral
from plumbline.host.nrf52840.peripherals.table import ABSENT
from plumbline.host.nrf52840.system_space import SystemSpace

AREAS = ((0x1000_0000, 0x2000), (0x4000_0000, 0x8_0000), (0x5000_0000, 0x8_0000), (0xE000_0000, 0x10_0000))
"""Start and size of what has registers. An access to anything else outside of flash and RAM is a bus fault."""
_SYSTEM = 0xE000_0000
_PAGE = 0xFFF


class Bus:
    """Dispatches by page.

    Args:
        peripherals: by the address of their page.
        system: blocks of the processor's own space by the address of their page; several may share one.
        not_modelled: makes the error for something that nothing here has, from its name and address.
    """

    def __init__(
        self, peripherals: Mapping[int, Peripheral], system: Mapping[int, tuple[SystemSpace, ...]], not_modelled: Callable[[str, int], NotModelled]
    ) -> None:
        self._peripherals, self._system, self._not_modelled = peripherals, system, not_modelled

    def peripheral(self, base: int) -> Peripheral:
        """By the address of its page.

        Raises:
            NotModelled: there is none.
        """
        found = self._peripherals.get(base)
        if found is None:
            raise self._not_modelled(ABSENT.get(base, "a peripheral"), base)
        return found

    def read(self, address: int, size: int) -> int:
        """1, 2 or 4 bytes that lie in one word.

        Raises:
            NotModelled: there is no such register.
        """
        word = address & ~3
        value = self._read_system(word) if word >= _SYSTEM else self.peripheral(word & ~_PAGE).read(word & _PAGE)
        return value >> 8 * (address & 3) & (1 << 8 * size) - 1

    def write(self, address: int, size: int, value: int) -> None:
        """1, 2 or 4 bytes that lie in one word.

        Raises:
            NotModelled: there is no such register, or not for a part of a word.
        """
        word, shift = address & ~3, 8 * (address & 3)
        value &= (1 << 8 * size) - 1
        if word >= _SYSTEM:
            self._write_system(word, size, shift, value)
            return
        peripheral = self.peripheral(word & ~_PAGE)
        if size < 4:
            value = peripheral.read(word & _PAGE) & ~((1 << 8 * size) - 1 << shift) | value << shift
        peripheral.write(word & _PAGE, value)

    def _blocks(self, word: int) -> tuple[SystemSpace, ...]:
        return self._system.get(word & ~_PAGE, ())

    def _read_system(self, word: int) -> int:
        for block in self._blocks(word):
            value = block.read(word & _PAGE)
            if value is not None:
                return value
        raise self._not_modelled("a register of the processor", word)

    def _write_system(self, word: int, size: int, shift: int, value: int) -> None:
        offset = word & _PAGE
        for block in self._blocks(word):
            before = block.read(offset) if size < 4 else 0
            if before is None:
                continue
            kept = before & ~((1 << 8 * size) - 1 << shift) if offset in block.parts else 0  # else bits are set or cleared by ones
            if block.write(offset, kept | value << shift):
                return
        raise self._not_modelled(f"a store of {value:#x} to a register of the processor", word + shift // 8)
