"""FICR, what the factory wrote about the chip, and UICR, what its owner wrote (PS, "FICR" and "UICR")."""

from __future__ import annotations

import hashlib

from plumbline.host.nrf52840.peripherals.peripheral import Peripheral

_CODEPAGESIZE, _CODESIZE, _DEVICEID, _ER, _IR, _DEVICEADDRTYPE, _DEVICEADDR = 0x010, 0x014, 0x060, 0x080, 0x090, 0x0A0, 0x0A4
_PART, _VARIANT, _PACKAGE, _RAM, _FLASH, _PRODTEST, _TEMP, _NFC, _TRNG90B = 0x100, 0x104, 0x108, 0x10C, 0x110, 0x350, 0x404, 0x450, 0xC00
_ERRATA = (0x130, 0x134)
"""Undocumented: part and revision, which Nordic's start-up code reads to choose its workarounds."""
_TEMP_COEFFICIENTS = (0x320, 0x343, 0x35D, 0x400, 0x452, 0x37B, 0x3FCC, 0x3F98, 0x3F98, 0x12, 0x4D, 0x3E10, 0x0, 0xE2, 0x0, 0x14, 0x19, 0x50)[:17]
_PSELRESET, _REGOUT0 = (0x200, 0x204), 0x304
_ERASED = 0xFFFF_FFFF


class Ficr(Peripheral):
    """Read only. The identity is made from the chip's seed, so that it is the same each time and another one for another seed."""

    name = "FICR"

    def clear(self) -> None:
        super().clear()
        identity = hashlib.sha256(f"nRF52840 {self.chip.seed}".encode()).digest()
        words = [int.from_bytes(identity[i : i + 4], "little") for i in range(0, 32, 4)]
        self.registers = dict.fromkeys(range(0, 0x1000, 4), _ERASED)
        self.registers |= {_CODEPAGESIZE: 4096, _CODESIZE: 256, _DEVICEID: words[0], _DEVICEID + 4: words[1]}
        self.registers |= {_ER + 4 * i: words[2 + i] for i in range(4)} | {_IR + 4 * i: words[4 + i] for i in range(4)}
        self.registers |= {_DEVICEADDRTYPE: 0xFFFF_FFFF, _DEVICEADDR: words[6], _DEVICEADDR + 4: words[7] | 0xFFFF_0000}
        self.registers |= {_PART: 0x5_2840, _VARIANT: 0x4141_4430, _PACKAGE: 0x2004, _RAM: 256, _FLASH: 1024}  # AAD0, QIAA
        self.registers |= dict(zip(_ERRATA, (8, 3), strict=True))
        self.registers |= {_TEMP + 4 * i: value for i, value in enumerate(_TEMP_COEFFICIENTS)}

    def write(self, offset: int, value: int) -> None:
        """Stores have no effect."""


class Uicr(Peripheral):
    """Words of flash: a store clears bits where NVMC allows writes. Reset does not change them."""

    name = "UICR"

    def clear(self) -> None:
        if not self.registers:
            self.erase()
            self.registers |= {**dict.fromkeys(_PSELRESET, 18), _REGOUT0: 0xFFFF_FFFD}  # P0.18 and 3.3 V, as on the Nano

    def erase(self) -> None:
        """All words as the factory delivers them."""
        self.registers = dict.fromkeys(range(0, 0x1000, 4), _ERASED)

    def write(self, offset: int, value: int) -> None:
        if self.chip.nvmc.may_write(self.base + offset, 4):
            self.registers[offset] &= value
            self.chip.nvmc.wrote()
