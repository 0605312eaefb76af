"""How an image finds the emulated chip that counts on a boot loader before it, and the stray store of mbed OS that silicon forgives."""

from __future__ import annotations

from plumbline.host.nrf52840.boot_loader import LEFT
from plumbline.host.nrf52840.chip import HZ, Chip
from plumbline.host.nrf52840.image import Image

UARTE0, NVMC = 0x4000_2000, 0x4001_E000
STOPRX, RXTO, ENABLE, ICACHECNF = 0x004, 0x144, 0x500, 0x540
LOOP = bytes.fromhex("0010002011000100" + "00" * 8 + "fee7")  # a stack, 0x10011, and at 0x10010: b .


def started(address: int) -> Chip:
    chip = Chip()
    chip.load(Image(((address, LOOP),)))
    chip.run(lambda: False, HZ // 1000)
    return chip


def test_a_sketch_finds_the_serial_port_that_it_closes_and_the_cache_on() -> None:
    chip = started(0x1_0000)
    uarte = chip.peripheral(UARTE0)
    assert (uarte.read(ENABLE), chip.peripheral(NVMC).read(ICACHECNF)) == (8, 1)
    uarte.write(STOPRX, 1)
    assert uarte.read(RXTO) == 1
    assert len({address for address, _ in LEFT}) == len(LEFT)


def test_it_finds_them_after_a_reset_too() -> None:
    chip = started(0x1_0000)
    chip.peripheral(UARTE0).write(ENABLE, 0)
    chip.request_reset(4, "SYSRESETREQ")
    chip.run(lambda: False, HZ // 1000)
    assert chip.peripheral(UARTE0).read(ENABLE) == 8


def test_a_chip_whose_image_begins_at_zero_is_as_after_a_reset() -> None:
    chip = Chip()
    chip.load(Image(((0, LOOP[:4] + bytes.fromhex("11000000") + LOOP[8:]),)))
    chip.run(lambda: False, HZ // 1000)
    assert (chip.peripheral(UARTE0).read(ENABLE), chip.peripheral(NVMC).read(ICACHECNF)) == (0, 0)


def test_a_store_where_nothing_is_does_nothing() -> None:
    chip = started(0x1_0000)
    for base in (0x4003_6000, 0x4003_7000):
        chip.peripheral(base).write(0x000, 0xFFFF_FFFF)
        assert chip.peripheral(base).read(0x000) == 0
