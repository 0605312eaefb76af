"""POWER and CLOCK of the emulated chip: clocks that take time to start, the USB regulator, RESETREAS and the registers that outlive a reset."""

from __future__ import annotations

import pytest

from plumbline.common.errors import NotModelled
from tests.support.thumb import chip_with, idle_chip, run

POWER = 0x4000_0000
HFCLKSTARTED, LFCLKSTARTED, USBDETECTED, USBREMOVED, USBPWRRDY = 0x100, 0x104, 0x11C, 0x120, 0x124
RESETREAS, HFCLKSTAT, LFCLKSTAT, USBREGSTATUS, GPREGRET, LFCLKSRC = 0x400, 0x40C, 0x418, 0x438, 0x51C, 0x518


def test_the_crystal_takes_its_time() -> None:
    chip = idle_chip()
    power = chip.peripheral(POWER)
    power.write(0, 1)
    run(chip, 360 * 64 - 1)
    assert (power.read(HFCLKSTARTED), power.read(HFCLKSTAT)) == (0, 0)
    run(chip, 2)
    assert (power.read(HFCLKSTARTED), power.read(HFCLKSTAT)) == (1, 0x1_0001)
    power.write(4, 1)
    assert power.read(HFCLKSTAT) == 0


def test_the_slow_clock_tells_its_source() -> None:
    chip = idle_chip()
    power = chip.peripheral(POWER)
    power.write(LFCLKSRC, 1)
    power.write(8, 1)
    run(chip, 100_000)
    assert (power.read(LFCLKSTARTED), power.read(LFCLKSTAT)) == (1, 0x1_0001)


def test_the_usb_regulator_starts_with_cable_and_controller() -> None:
    chip = idle_chip()
    power = chip.power
    assert (power.read(USBDETECTED), power.read(USBREGSTATUS)) == (1, 1)
    run(chip, 200_000)
    assert power.read(USBPWRRDY) == 0
    power.usb_regulator(True)
    assert power.read(USBREGSTATUS) == 1
    run(chip, 64_001)
    assert (power.read(USBPWRRDY), power.read(USBREGSTATUS)) == (1, 3)
    power.vbus(False)
    assert (power.read(USBREMOVED), power.read(USBREGSTATUS)) == (1, 0)
    power.write(USBPWRRDY, 0)
    power.vbus(True)
    run(chip, 64_001)
    assert (power.read(USBPWRRDY), power.read(USBREGSTATUS)) == (1, 3)
    power.usb_regulator(False)
    assert power.read(USBREGSTATUS) == 1


def test_a_byte_and_the_reason_outlive_a_soft_reset() -> None:
    """The program sets GPREGRET, and resets the chip by AIRCR unless RESETREAS says that it did."""
    chip = chip_with("""
        F04F 4080   mov.w r0, #0x40000000
        F8D0 1400   ldr.w r1, [r0, #0x400]
        6039        str r1, [r7]
        F8D0 251C   ldr.w r2, [r0, #0x51c]
        607A        str r2, [r7, #4]
        F240 1257   movw r2, #0x157
        F8C0 251C   str.w r2, [r0, #0x51c]
        F8C0 2518   str.w r2, [r0, #0x518]
        B941        cbnz r1, done
        F64E 530C   movw r3, #0xed0c
        F2CE 0300   movt r3, #0xe000
        F240 0204   movw r2, #4
        F2C0 52FA   movt r2, #0x05fa
        601A        str r2, [r3]
        F8C0 1400   str.w r1, [r0, #0x400]
        F8D0 1400   ldr.w r1, [r0, #0x400]
        60B9        str r1, [r7, #8]
        F8D0 1100   ldr.w r1, [r0, #0x100]
        60F9        str r1, [r7, #12]
    """)
    run(chip, 100)
    assert chip.resets == ["SYSRESETREQ"]
    assert chip.read_memory(0x2000_0000, 16) == bytes((4, 0, 0, 0, 0x57, 0, 0, 0)) + bytes(8)
    assert chip.power.read(RESETREAS) == 0
    assert chip.now >= chip.instructions


def test_a_reset_ends_the_run_where_that_is_asked_for() -> None:
    chip = idle_chip()
    chip.stop_at_reset = True
    chip.request_reset(1, "pin")
    stop = chip.run(lambda: False, 100)
    assert stop is not None
    assert stop.reason == "pin"
    assert chip.power.read(RESETREAS) == 1
    assert chip.run(lambda: False, 100) is None


def test_system_off_is_not_modelled() -> None:
    with pytest.raises(NotModelled, match="System OFF at 0x40000500"):
        idle_chip().power.write(0x500, 1)
