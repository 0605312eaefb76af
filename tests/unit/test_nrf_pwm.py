"""PWM of the emulated chip."""

from __future__ import annotations

import struct

from plumbline.host.nrf52840.chip import HZ
from plumbline.host.nrf52840.peripherals.pwm import Pwm
from tests.support.thumb import idle_chip, run

PWM0, BUFFER = 0x4001_C000, 0x2000_1000
STOP, SEQSTART0, STOPPED, SEQEND0, SEQEND1, LOOPSDONE, SHORTS = 0x04, 0x08, 0x104, 0x110, 0x114, 0x11C, 0x200
NEXTSTEP, ENABLE, COUNTERTOP, DECODER, LOOP, SEQ0, SEQ1 = 0x10, 0x500, 0x508, 0x510, 0x514, 0x520, 0x540


def pwm_with(duty: list[int]) -> Pwm:
    pwm = idle_chip().peripheral(PWM0)
    assert isinstance(pwm, Pwm)
    pwm.chip.dma_write(BUFFER, struct.pack(f"<{len(duty)}H", *duty))
    pwm.write(ENABLE, 1)
    pwm.write(COUNTERTOP, 1000)
    for sequence in (SEQ0, SEQ1):
        pwm.write(sequence, BUFFER)
        pwm.write(sequence + 4, len(duty))
        pwm.write(sequence + 8, 0)
    return pwm


def test_a_sequence_takes_a_period_for_each_value() -> None:
    pwm = pwm_with([100, 200, 300])
    before = pwm.chip.now
    pwm.write(SEQSTART0, 1)
    pwm.chip.run(lambda: bool(pwm.read(SEQEND0)), HZ)
    assert (pwm.duty, pwm.chip.now - before) == ([100, 200, 300], 3 * 1000 * 4)


def test_loops_play_both_sequences_and_stop_by_a_shortcut() -> None:
    pwm = pwm_with([7])
    pwm.write(LOOP, 2)
    pwm.write(SHORTS, 1 << 4)
    pwm.write(SEQSTART0, 1)
    run(pwm.chip, HZ // 100)
    assert (pwm.duty, pwm.read(SEQEND1), pwm.read(LOOPSDONE), pwm.read(STOPPED)) == ([7, 7, 7, 7], 1, 1, 1)


def test_a_sequence_that_waits_for_its_steps_plays_one_at_a_time() -> None:
    pwm = pwm_with([1, 2, 3, 4])
    pwm.write(DECODER, 1 << 8 | 1)  # two words a step
    pwm.write(SEQSTART0, 1)
    run(pwm.chip, HZ // 100)
    assert (pwm.duty, pwm.read(SEQEND0)) == ([1, 2], 0)
    pwm.write(NEXTSTEP, 1)
    run(pwm.chip, HZ // 100)
    assert (pwm.duty, pwm.read(SEQEND0)) == ([1, 2, 3, 4], 1)
    pwm.write(NEXTSTEP, 1)  # there is none
    assert pwm.duty == [1, 2, 3, 4]


def test_a_disabled_one_does_nothing() -> None:
    pwm = pwm_with([7])
    pwm.write(ENABLE, 0)
    pwm.write(SEQSTART0, 1)
    pwm.write(STOP, 1)
    assert (pwm.duty, pwm.read(STOPPED)) == ([], 0)
