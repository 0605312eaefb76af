"""NVMC, the flash controller: erases pages, and lets stores clear bits of flash words (PS, "NVMC").

While it works the processor stands still, as it does on the chip when it runs from flash.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from plumbline.host.nrf52840.peripherals.peripheral import Peripheral
from plumbline.host.nrf52840.processor import FLASH_SIZE

_READY, _READYNEXT, _CONFIG, _ERASEPAGE, _ERASEALL, _ERASEPCR0, _ERASEUICR = 0x400, 0x408, 0x504, 0x508, 0x50C, 0x510, 0x514
_PARTIAL, _PARTIALCFG, _ICACHECNF, _IHIT, _IMISS = 0x518, 0x51C, 0x540, 0x548, 0x54C
_WRITE, _ERASE = 1, 2
PAGE = 4096
_MS = 64_000
WRITE_TICKS, ERASE_PAGE_MS, _ERASE_ALL_MS = 41 * 64, 85, 169
"""The longest times that the product specification names: 41 us a word, 85 ms a page, 169 ms for all."""


class Nvmc(Peripheral):
    """Writes and erases flash; UICR asks it whether it may be written."""

    name = "NVMC"
    resets: ClassVar[Mapping[int, int]] = {
        **dict.fromkeys((_READY, _READYNEXT), 1),
        **dict.fromkeys((_CONFIG, _ERASEPAGE, _ERASEALL, _ERASEPCR0, _ERASEUICR, _PARTIAL, _ICACHECNF, _IHIT, _IMISS), 0),
        _PARTIALCFG: 0xA,
    }
    _partial: dict[int, int]
    """Milliseconds for which pages were erased in part, by address."""

    def clear(self) -> None:
        super().clear()
        self._partial = {}

    def may_write(self, address: int, size: int) -> bool:
        """Whether a store is a write of the flash: it has to be enabled, and of a whole aligned word. Any other is a bus fault."""
        return self.registers[_CONFIG] == _WRITE and size == 4 and address % 4 == 0

    def wrote(self) -> None:
        """A word is being written."""
        self.chip.halt(WRITE_TICKS)

    def written(self, offset: int, value: int, before: int) -> None:
        if offset in (_READY, _READYNEXT, _IHIT, _IMISS):
            self.registers[offset] = before
            return
        if offset in (_CONFIG, _PARTIALCFG, _ICACHECNF):
            return
        self.registers[offset] = 0
        if self.registers[_CONFIG] != _ERASE:
            return  # the chip takes no notice
        if offset in (_ERASEPAGE, _ERASEPCR0):
            self._erase(value, ERASE_PAGE_MS)
        elif offset == _PARTIAL:
            self._erase(value, self.registers[_PARTIALCFG] & 0x7F)
        elif offset == _ERASEALL and value & 1:
            self.chip.write_flash(0, b"\xff" * FLASH_SIZE)
            self.chip.uicr.erase()
            self.chip.halt(_ERASE_ALL_MS * _MS)
        elif offset == _ERASEUICR and value & 1:
            self.chip.uicr.erase()
            self.chip.halt(ERASE_PAGE_MS * _MS)

    def _erase(self, address: int, milliseconds: int) -> None:
        """Erase a page for some time; only after the sum of 85 ms all its bits are set, and until then half of them are."""
        page = address & ~(PAGE - 1)
        if page >= FLASH_SIZE:
            return
        spent = self._partial.pop(page, 0) + milliseconds
        if spent >= ERASE_PAGE_MS:
            self.chip.write_flash(page, b"\xff" * PAGE)
        else:
            self._partial[page] = spent
            self.chip.write_flash(page, bytes(byte | 0x55 for byte in self.chip.read_memory(page, PAGE)))
        self.chip.halt(milliseconds * _MS)
