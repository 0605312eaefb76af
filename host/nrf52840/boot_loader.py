"""What Arduino's boot loader of the Nano 33 BLE leaves behind when it starts a sketch.

An image without the boot loader in front of it finds the chip like that, for Arduino's core counts on it: it waits for the serial port that the boot
loader has opened to be closed, and would do so for ever on a chip that was just reset.

Source: the boot loader itself (bootloaders/nano33ble/bootloader.hex of ArduinoCore-mbed 4.6.0, SHA-256 c4e34c288c07...), which was run on the
emulated chip up to its jump. What differed there from a chip that was just reset was written down; silicon was not asked.
"""

from __future__ import annotations

_CLOCK, _UARTE0, _GPIOTE, _RTC1, _NVMC, _P0 = 0x4000_0000, 0x4000_2000, 0x4000_6000, 0x4001_1000, 0x4001_E000, 0x5000_0000
_PWMS = (0x4001_C000, 0x4002_1000, 0x4002_2000, 0x4002_D000)

LEFT: tuple[tuple[int, int], ...] = (
    (_CLOCK + 0x578, 1),  # DCDCEN
    (_CLOCK + 0x518, 1),  # LFCLKSRC: the crystal
    (_CLOCK + 0x008, 1),  # LFCLKSTART
    (_UARTE0 + 0x50C, 35),  # PSEL.TXD: P1.03
    (_UARTE0 + 0x514, 42),  # PSEL.RXD: P1.10
    (_UARTE0 + 0x524, 0x0027_5000),  # BAUDRATE: 9,600
    (_UARTE0 + 0x500, 8),  # ENABLE
    (_GPIOTE + 0x304, 1 << 31),  # INTENSET: PORT
    (_RTC1 + 0x344, 1 << 16),  # EVTENSET: COMPARE0
    (_RTC1 + 0x304, 1 << 16),  # INTENSET: COMPARE0, which the NVIC does not let through
    (_RTC1 + 0x000, 1),  # START
    *((base + offset, value) for base in _PWMS for offset, value in ((0x508, 1000), (0x50C, 4), (0x510, 0x102), (0x500, 1))),
    (_PWMS[0] + 0x560, 13),  # PSEL.OUT0: the light, P0.13
    (_NVMC + 0x540, 1),  # ICACHECNF: on
    (_P0 + 0x518, 1 << 13),  # DIRSET
)
"""Addresses of registers and what is written to them, in this order."""
