"""FICR and UICR of the emulated chip: what they tell, and how UICR is written."""

from __future__ import annotations

from plumbline.host.nrf52840.chip import Chip
from tests.support.thumb import idle_chip

NVMC, FICR, UICR = 0x4001_E000, 0x1000_0000, 0x1000_1000
CONFIG, ERASEUICR = 0x504, 0x514


def test_ficr_tells_the_part_and_cannot_be_written() -> None:
    ficr = Chip().peripheral(FICR)
    assert [ficr.read(offset) for offset in (0x10, 0x14, 0x100, 0x10C, 0x110)] == [4096, 256, 0x52840, 256, 1024]
    ficr.write(0x100, 0)
    assert ficr.read(0x100) == 0x52840


def test_a_chip_has_its_own_identity_which_its_seed_decides() -> None:
    one, same, other = (Chip(seed).peripheral(FICR) for seed in (1, 1, 2))
    assert [one.read(0x60 + 4 * i) for i in range(2)] == [same.read(0x60 + 4 * i) for i in range(2)]
    assert one.read(0x60) != other.read(0x60)


def test_uicr_is_flash() -> None:
    chip = idle_chip()
    uicr, nvmc = chip.peripheral(UICR), chip.peripheral(NVMC)
    assert (uicr.read(0x200), uicr.read(0x80)) == (18, 0xFFFF_FFFF)
    uicr.write(0x80, 0x1234_5678)
    assert uicr.read(0x80) == 0xFFFF_FFFF
    nvmc.write(CONFIG, 1)
    uicr.write(0x80, 0x1234_5678)
    uicr.write(0x80, 0xFFFF_0000)
    assert uicr.read(0x80) == 0x1234_0000
    chip.request_reset(4, "soft")
    chip.run(lambda: False, 10)
    assert uicr.read(0x80) == 0x1234_0000
    nvmc.write(CONFIG, 2)
    nvmc.write(ERASEUICR, 1)
    assert (uicr.read(0x80), uicr.read(0x200)) == (0xFFFF_FFFF, 0xFFFF_FFFF)
