"""UARTE of the emulated chip."""

from __future__ import annotations

import pytest

from plumbline.common.errors import NotModelled
from plumbline.host.nrf52840.chip import HZ
from plumbline.host.nrf52840.peripherals.uarte import Uarte
from tests.support.thumb import idle_chip, run

UARTE0, BUFFER = 0x4000_2000, 0x2000_1000
STARTRX, STOPRX, STARTTX, STOPTX = 0x00, 0x04, 0x08, 0x0C
RXDRDY, ENDRX, ENDTX, ERROR, RXTO, TXSTOPPED, SHORTS, ERRORSRC, ENABLE, BAUDRATE = (
    0x108,
    0x110,
    0x120,
    0x124,
    0x144,
    0x158,
    0x200,
    0x480,
    0x500,
    0x524,
)
RX, TX = 0x534, 0x544
BAUD_115200 = 0x01D6_0000


@pytest.fixture
def uarte() -> Uarte:
    found = idle_chip().peripheral(UARTE0)
    assert isinstance(found, Uarte)
    found.write(BAUDRATE, BAUD_115200)
    found.write(ENABLE, 8)
    return found


def test_it_sends_from_ram_at_its_speed(uarte: Uarte) -> None:
    chip = uarte.chip
    chip.dma_write(BUFFER, b"plumb line")
    uarte.write(TX, BUFFER)
    uarte.write(TX + 4, 10)
    before = chip.now
    uarte.write(STARTTX, 1)
    chip.run(lambda: bool(uarte.read(ENDTX)), HZ)
    assert (bytes(uarte.sent or b""), uarte.read(TX + 8)) == (b"plumb line", 10)
    assert (chip.now - before) / HZ == pytest.approx(100 / 115_200, rel=0.01)
    uarte.write(STOPTX, 1)
    assert uarte.read(TXSTOPPED) == 1


def test_it_receives_into_ram_and_reports_what_has_no_place(uarte: Uarte) -> None:
    chip = uarte.chip
    uarte.write(RX, BUFFER)
    uarte.write(RX + 4, 3)
    uarte.write(STARTRX, 1)
    uarte.receive(b"abcd")
    run(chip, HZ // 1000)
    assert (chip.read_memory(BUFFER, 4), uarte.read(ENDRX), uarte.read(RX + 8)) == (b"abc\0", 1, 3)
    assert (uarte.read(ERROR), uarte.read(ERRORSRC)) == (1, 1)
    uarte.write(ERRORSRC, 1)
    assert uarte.read(ERRORSRC) == 0


def test_a_stop_ends_the_buffer_and_times_out(uarte: Uarte) -> None:
    uarte.write(RX + 4, 8)
    uarte.write(RX, BUFFER)
    uarte.write(STARTRX, 1)
    uarte.receive(b"a")
    run(uarte.chip, HZ // 1000)
    uarte.write(STOPRX, 1)
    assert (uarte.read(ENDRX), uarte.read(RXTO), uarte.read(RX + 8)) == (1, 1, 1)


def test_a_buffer_in_flash_is_an_error_as_is_the_plain_uart(uarte: Uarte) -> None:
    uarte.write(TX, 0x1000)
    uarte.write(TX + 4, 4)
    with pytest.raises(NotModelled, match=r"EasyDMA from outside of RAM \(4 bytes\) at 0x00001000"):
        uarte.write(STARTTX, 1)
    with pytest.raises(NotModelled, match="UART without EasyDMA"):
        uarte.write(ENABLE, 4)
