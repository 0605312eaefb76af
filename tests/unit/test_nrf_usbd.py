"""The emulated USBD, register by register: what its driver writes, what a host does, and the order of events in the product specification."""

from __future__ import annotations

import pytest

from plumbline.common.errors import NotModelled
from plumbline.host.nrf52840.peripherals import usbd_registers as at
from plumbline.host.nrf52840.peripherals.peripheral import INTENCLR, INTENSET, SHORTS
from plumbline.host.nrf52840.peripherals.usbd import FRAME_TICKS
from tests.support.usbd_bench import BUFFER, Bench

SET_LINE = bytes.fromhex("21 20 00 00 00 00 07 00")
GET_DEVICE = bytes.fromhex("80 06 00 01 00 00 12 00")


@pytest.fixture
def bench() -> Bench:
    """Enabled, pulled up, and reset by the host."""
    it = Bench()
    it.usbd.write(at.ENABLE, 1)
    it.pass_time(10_000)
    it.usbd.write(at.USBPULLUP, 1)
    it.usbd.bus_reset()
    it.new(at.USBEVENT, at.USBRESET)
    it.usbd.write(at.EVENTCAUSE, at.READY)
    return it


def test_it_is_ready_a_while_after_it_was_enabled() -> None:
    it = Bench()
    it.usbd.write(INTENSET, 1 << 22)
    it.usbd.write(at.ENABLE, 1)
    assert it.chip.regulator
    assert (it.usbd.read(at.EVENTCAUSE), it.chip.line) == (0, False)
    it.pass_time(10_000)
    assert (it.usbd.read(at.EVENTCAUSE), it.usbd.read(at.USBEVENT), it.chip.line) == (at.READY, 1, True)
    it.usbd.write(at.EVENTCAUSE, at.READY)
    it.usbd.write(at.USBEVENT, 0)
    assert (it.usbd.read(at.EVENTCAUSE), it.chip.line, it.usbd.pulled_up) == (0, False, False)
    it.usbd.write(at.USBPULLUP, 1)
    assert it.usbd.pulled_up
    it.usbd.write(at.ENABLE, 0)
    assert (it.chip.regulator, it.usbd.pulled_up) == (False, False)


def test_a_control_read_goes_setup_endepin_ep0datadone_status(bench: Bench) -> None:
    bench.usbd.setup(GET_DEVICE)
    bench.new(at.EP0SETUP)
    assert bytes(bench.usbd.read(at.SETUP + 4 * each) for each in range(8)) == GET_DEVICE
    assert bench.usbd.take_in(0) is None
    bench.send(0, b"twelve bytes")
    bench.new(at.STARTED)
    assert bench.usbd.take_in(0) is None  # EasyDMA is not done
    bench.pass_time()
    bench.new(at.ENDEPIN)
    assert bench.usbd.read(at.EPIN_AMOUNT) == 12
    assert bench.usbd.take_in(0) == b"twelve bytes"
    bench.new(at.EP0DATADONE)
    assert not bench.usbd.take_status()
    bench.usbd.write(at.EP0STATUS, 1)
    assert bench.usbd.take_status()
    assert not bench.usbd.take_status()


def test_a_control_write_goes_setup_ep0datadone_endepout_status(bench: Bench) -> None:
    bench.usbd.setup(SET_LINE)
    bench.new(at.EP0SETUP)
    assert not bench.usbd.give_out(0, b"seven b")
    bench.usbd.write(at.EP0RCVOUT, 1)
    assert bench.usbd.give_out(0, b"seven b")
    assert not bench.usbd.give_out(0, b"again")
    bench.new(at.EP0DATADONE)
    assert bench.usbd.read(at.SIZE_EPOUT) == 7
    bench.fetch(0, 7)
    bench.pass_time()
    bench.new(at.STARTED, at.ENDEPOUT)
    assert bench.chip.dma_read(BUFFER, 7) == b"seven b"
    assert not bench.usbd.take_status()
    bench.usbd.write(at.EP0STATUS, 1)
    assert bench.usbd.take_status()


def test_shortcuts_go_on_without_the_processor(bench: Bench) -> None:
    bench.usbd.write(SHORTS, 1 << 2)  # EP0DATADONE_EP0STATUS
    bench.usbd.setup(GET_DEVICE)
    bench.send(0, b"all")
    bench.pass_time()
    assert bench.usbd.take_in(0) == b"all"
    assert bench.usbd.take_status()
    bench.usbd.write(SHORTS, 1 << 1 | 1 << 3)  # EP0DATADONE_STARTEPOUT0 and ENDEPOUT0_EP0STATUS
    bench.usbd.setup(SET_LINE)
    bench.usbd.write(at.EPOUT_PTR, BUFFER)
    bench.usbd.write(at.EPOUT_MAXCNT, 64)
    bench.usbd.write(at.EP0RCVOUT, 1)
    assert bench.usbd.give_out(0, b"by itself")
    bench.pass_time()
    assert bench.chip.dma_read(BUFFER, 9) == b"by itself"
    assert bench.usbd.read(at.EPOUT_AMOUNT) == 9
    assert bench.usbd.take_status()


def test_set_address_is_answered_by_the_controller(bench: Bench) -> None:
    bench.usbd.setup(bytes((0, 5, 9, 0, 0, 0, 0, 0)))
    assert bench.usbd.read(at.USBADDR) == 9
    assert bench.usbd.take_status()
    bench.usbd.bus_reset()
    assert bench.usbd.read(at.USBADDR) == 0


def test_a_stall_lasts_until_the_next_setup(bench: Bench) -> None:
    bench.usbd.setup(GET_DEVICE)
    bench.usbd.write(at.EP0STALL, 1)
    assert bench.usbd.stalled(0, into=True)
    bench.usbd.setup(GET_DEVICE)
    assert not bench.usbd.stalled(0, into=True)


def test_what_was_sent_for_one_request_does_not_answer_the_next(bench: Bench) -> None:
    bench.usbd.setup(GET_DEVICE)
    bench.send(0, b"late")
    bench.usbd.setup(GET_DEVICE)
    bench.pass_time()
    assert bench.usbd.take_in(0) is None
    bench.send(0, b"new")
    bench.pass_time()
    assert bench.usbd.take_in(0) == b"new"


def test_bulk_to_the_host(bench: Bench) -> None:
    bench.send(2, b"x" * 64)
    bench.pass_time()
    assert bench.usbd.take_in(2) is None  # not enabled
    bench.usbd.write(at.EPINEN, 1 | 1 << 2)
    bench.chip.told.clear()
    assert bench.usbd.take_in(2) == b"x" * 64
    bench.new(at.EPDATA)
    assert bench.usbd.read(at.EPDATASTATUS) == 1 << 2
    bench.usbd.write(at.EPDATASTATUS, 1 << 2)
    assert bench.usbd.read(at.EPDATASTATUS) == 0
    assert bench.usbd.take_in(2) is None


def test_bulk_from_the_host_waits_for_room(bench: Bench) -> None:
    bench.usbd.write(at.EPOUTEN, 1 | 1 << 3)
    assert not bench.usbd.give_out(3, b"first")
    bench.usbd.write(at.SIZE_EPOUT + 12, 0)  # any value lets it in
    assert bench.usbd.give_out(3, b"first")
    bench.new(at.EPDATA)
    assert bench.usbd.read(at.EPDATASTATUS) == 1 << 19
    assert bench.usbd.read(at.SIZE_EPOUT + 12) == 5
    assert not bench.usbd.give_out(3, b"second")
    bench.fetch(3, 5)
    assert not bench.usbd.give_out(3, b"second")
    bench.pass_time()
    bench.new(at.STARTED, at.ENDEPOUT + 12)
    assert bench.chip.dma_read(BUFFER, 5) == b"first"
    assert bench.usbd.give_out(3, b"second")  # there is room again


def test_one_transfer_by_easydma_at_a_time(bench: Bench) -> None:
    bench.send(1, b"one")
    with pytest.raises(NotModelled, match="while another one runs"):
        bench.send(2, b"two")


def test_a_buffer_that_is_changed_before_its_transfer_is_done_sends_the_change(bench: Bench) -> None:
    bench.usbd.write(at.EPINEN, 1 | 1 << 1)
    bench.send(1, b"early")
    bench.chip.dma_write(BUFFER, b"wrong")
    bench.pass_time()
    assert bench.usbd.take_in(1) == b"wrong"


def test_a_halted_endpoint_stalls_until_it_is_released(bench: Bench) -> None:
    bench.usbd.write(at.EPINEN, 1 | 1 << 1)
    bench.send(1, b"kept")
    bench.pass_time()
    bench.usbd.write(at.EPSTALL, 0x181)
    assert (bench.usbd.read(at.HALTED_EPIN + 4), bench.usbd.stalled(1, into=True), bench.usbd.take_in(1)) == (1, True, None)
    bench.usbd.write(at.EPSTALL, 0x081)
    assert bench.usbd.take_in(1) == b"kept"


def test_a_bus_reset_leaves_the_control_endpoint_alone(bench: Bench) -> None:
    bench.usbd.write(at.EPINEN, 0xFF)
    bench.usbd.write(at.EPOUTEN, 0xFF)
    bench.usbd.write(at.SIZE_EPOUT + 4, 0)
    bench.send(1, b"gone")
    bench.usbd.bus_reset()
    bench.pass_time()
    assert (bench.usbd.read(at.EPINEN), bench.usbd.read(at.EPOUTEN)) == (1, 1)
    bench.usbd.write(at.EPINEN, 0xFF)
    bench.usbd.write(at.EPOUTEN, 0xFF)
    assert bench.usbd.take_in(1) is None
    assert not bench.usbd.give_out(1, b"refused")


def test_frames_begin_every_millisecond_and_cost_nothing_while_nobody_looks(bench: Bench) -> None:
    assert bench.usbd.due() is None
    bench.pass_time(5 * FRAME_TICKS + 1)
    assert bench.usbd.read(at.FRAMECNTR) == 5
    assert bench.usbd.read(at.SOF) == 1
    bench.usbd.write(at.SOF, 0)
    assert bench.usbd.read(at.SOF) == 0
    bench.usbd.write(INTENSET, 1 << 21)
    assert not bench.chip.line
    bench.pass_time(FRAME_TICKS)
    assert bench.chip.line
    bench.usbd.write(INTENCLR, 1 << 21)
    assert bench.usbd.due() is None


def test_suspend_resume_and_the_devices_own_wish_to_go_on(bench: Bench) -> None:
    bench.usbd.suspend()
    bench.new(at.USBEVENT)
    assert bench.usbd.read(at.EVENTCAUSE) == at.SUSPEND
    frame = bench.usbd.read(at.FRAMECNTR)
    bench.pass_time(3 * FRAME_TICKS)
    assert bench.usbd.read(at.FRAMECNTR) == frame
    bench.usbd.write(at.LOWPOWER, 1)
    bench.usbd.write(at.EVENTCAUSE, at.SUSPEND)
    bench.usbd.write(at.LOWPOWER, 0)
    assert bench.usbd.read(at.EVENTCAUSE) == at.USBWUALLOWED
    bench.usbd.write(at.DPDMVALUE, 1)
    bench.usbd.write(at.DPDMDRIVE, 1)
    assert bench.usbd.wakes
    bench.usbd.resume()
    assert bench.usbd.read(at.EVENTCAUSE) == at.USBWUALLOWED | at.RESUME
    assert not bench.usbd.wakes


@pytest.mark.parametrize(("index", "endpoint"), [(0x7B4, 0), (0x7B6, 1), (0x7C2, 7)])
def test_nordics_way_to_empty_an_endpoint(bench: Bench, index: int, endpoint: int) -> None:
    bench.usbd.write(at.EPINEN, 0xFF)
    bench.usbd.setup(GET_DEVICE)
    bench.send(endpoint, b"stale")
    bench.pass_time()
    bench.usbd.write(at.INSIDE_INDEX, index)
    bench.usbd.write(at.INSIDE_VALUE, bench.usbd.read(at.INSIDE_VALUE) | 2)
    assert bench.usbd.take_in(endpoint) is None


def test_nordics_way_to_drop_what_has_arrived(bench: Bench) -> None:
    bench.usbd.write(at.EPOUTEN, 0xFF)
    bench.usbd.write(at.SIZE_EPOUT + 8, 0)
    assert bench.usbd.give_out(2, b"unwanted")
    bench.usbd.write(at.INSIDE_INDEX, 0x7C5 + 2 * 2)
    bench.usbd.write(at.INSIDE_VALUE, 0)
    assert bench.usbd.give_out(2, b"next")
    assert bench.usbd.read(at.SIZE_EPOUT + 8) == 4


@pytest.mark.parametrize("offset", [0x524, 0x7FC, 0x060])
def test_a_register_that_it_does_not_have_stops_the_chip(bench: Bench, offset: int) -> None:
    with pytest.raises(NotModelled):
        bench.usbd.read(offset)


def test_the_inside_of_the_controller_is_not_guessed(bench: Bench) -> None:
    bench.usbd.write(at.INSIDE_INDEX, 0x123)
    with pytest.raises(NotModelled, match="0x123"):
        bench.usbd.write(at.INSIDE_VALUE, 1)


def test_a_reset_of_the_chip_takes_the_device_from_the_bus(bench: Bench) -> None:
    bench.looks = 0
    bench.usbd.reset()
    assert (bench.usbd.pulled_up, bench.usbd.read(at.ENABLE), bench.looks > 0) == (False, 0, True)
