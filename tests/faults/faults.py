"""The named faults: what is wrong, between which ends, and how the host has to end: exit code, words, and in time."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from plumbline.common.wire import ERROR_REPLY, FIELD_CODES, REPLIES, REPLY, Error, Field, Request
from plumbline.host.devices.frame import Frame
from tests.faults import lines
from tests.faults.faulty_firmware import Sickness
from tests.faults.lines import Line, clean, hit, rewritten

PASSES, FAILS = 0, 1
BANNER = b"\r\nPlumbline: linear on virtual Cortex-M4F (QEMU mps2-an386). Type a number, info, or ? for help.\r\n"
NOISE_RATE = 1 / 600
"""Of the bytes: about one exchange in ten is hit."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong."""

    name: str
    exit_code: int
    """What `plumbline verify` ends with: 0 for what has to be survived with every answer right."""
    words: str
    """What its message says, as a regular expression; "" where it passes."""
    up: Line = clean
    down: Line = clean
    image: str = "well"
    """Which firmware: "well", "sick", "newer" (protocol), "other" (model), "boot loop", "watchdog loop", "deaf"."""
    sickness: Sickness = Sickness.NONE
    calls: int = 40
    """Inferences that go well before."""
    reboots: bool = False
    """Whether the board starts again after a reset, as a chip does; else the connection ends."""
    again: bool = False
    """Whether the same command has to pass right after."""
    stale: bool = False
    """Whether the build is to be the one of these sources."""
    long: bool = True
    """It takes more than a second or two."""

    @property
    def short(self) -> bool:
        """Whether it belongs to the short form, for which no image is built."""
        return self.image == "well" and not self.long


def answers(kind: int, change: Callable[[bytes], bytes]) -> Line:
    """The payload of every reply of this kind becomes another one."""
    return rewritten(lambda _, frame: Frame(frame.sequence, frame.type, change(frame.payload)) if frame.type == kind | REPLY else frame)


def field(which: Field, value: bytes) -> Line:
    """The board says something else about itself."""
    return answers(Request.FIELD, lambda payload: payload[:1] + value if payload[0] == which else payload)


def number(which: Field, *values: float) -> Line:
    """The same with numbers."""
    return field(which, struct.pack("<" + FIELD_CODES[which], *values))


def refusal(kind: Request, error: Error) -> Line:
    """Every reply of this kind is an error instead."""
    return rewritten(lambda _, frame: Frame(frame.sequence, ERROR_REPLY, bytes([error, kind])) if frame.type == kind | REPLY else frame)


def xor(at: int, bits: int) -> Callable[[bytes], bytes]:
    """Some bits of one byte the other way round; a negative `at` counts from the end."""

    def change(payload: bytes) -> bytes:
        out = bytearray(payload)
        out[at] ^= bits
        return bytes(out)

    return change


def _answered(_: int, frame: Frame) -> Frame:
    if frame.type == ERROR_REPLY and frame.payload[:1] == bytes([Error.OUT_OF_DOMAIN]):
        return Frame(frame.sequence, Request.ASK | REPLY, REPLIES[Request.ASK].packed.pack(127, 127, 24_361_931_000, 11, 0))
    return frame


def _replayed() -> Line:
    """From the 100th on, every answer to an x is the one before, with a right number and a right checksum."""
    before = [b""]

    def change(at: int, frame: Frame) -> Frame:
        if frame.type != Request.ASK | REPLY:
            return frame
        payload, before[0] = before[0] if at >= 100 else frame.payload, frame.payload
        return Frame(frame.sequence, frame.type, payload)

    return rewritten(change)


def _other_version(_: int, frame: Frame) -> Frame:
    return Frame(frame.sequence, frame.type, frame.payload, version=2)


SURVIVED = (
    Fault("bits flipped", PASSES, "", hit(NOISE_RATE, lines.flipped), hit(NOISE_RATE, lines.flipped)),
    Fault("bytes dropped", PASSES, "", hit(NOISE_RATE, lines.dropped), hit(NOISE_RATE, lines.dropped)),
    Fault("bytes inserted", PASSES, "", hit(NOISE_RATE, lines.inserted), hit(NOISE_RATE, lines.inserted)),
    Fault("bytes duplicated", PASSES, "", hit(NOISE_RATE, lines.duplicated), hit(NOISE_RATE, lines.duplicated)),
    Fault("bytes reordered", PASSES, "", lines.swapped(NOISE_RATE), lines.swapped(NOISE_RATE)),
    Fault("bursts of noise", PASSES, "", hit(NOISE_RATE, lines.burst), hit(NOISE_RATE, lines.burst)),
    Fault("bytes delayed up to 0.2 s", PASSES, "", down=lines.delayed(1 / 400, 0.2)),
    Fault("every tenth frame lost", PASSES, "", lines.lost(0.1), lines.lost(0.1)),
    Fault("frames doubled", PASSES, "", lines.doubled(0.3), lines.doubled(0.3), long=False),
    Fault("frames late and double", PASSES, "", down=lines.late(0.02, 0.12)),
    Fault("frames overtaken", PASSES, "", down=lines.overtaken(0.05)),
    Fault("a boot banner inside frames", PASSES, "", down=lines.interrupted(BANNER, 40)),
    Fault("a board that takes its time", PASSES, "", image="sick", sickness=Sickness.SLOW, calls=0),
)

LINE = (
    Fault("stuck high: bit 7 is always 1", 45, "no valid frame", down=lines.stuck(low=0x80)),
    Fault("seven bits only", 45, "no valid frame", down=lines.stuck(high=0x7F)),
    Fault("stuck at 0", 45, "no valid frame", down=lines.stuck(high=0)),
    Fault("stuck at 1", 45, "no valid frame", down=lines.stuck(low=0xFF)),
    Fault("one byte a second", 45, "no valid frame", down=lines.trickle(1.0)),
    Fault("nothing comes back", 44, "Nothing came", down=lines.hit(1, lines.dropped)),
    Fault("the board's receiver is cut off", 44, "greets as Plumbline's firmware but answers no request", up=lines.hit(1, lines.dropped)),
    Fault("dead after 100 replies", 44, "does not answer ASK.*after 100 good replies", down=lines.lost(1, after=100)),
    Fault("cut in the middle of a reply", 48, "ended after 30 replies", down=lines.cut_at_frame(30, 9), again=True, long=False),
    Fault("cut before a byte has come", 48, "ended after 0 replies", up=lines.cut_after(1), again=True, long=False),
    Fault("cut while the batch is sent", 48, "ended after", up=lines.cut_at_frame(334, 20), again=True, long=False),
    Fault("replies with another number", 44, "does not answer HELLO", down=rewritten(lambda _, f: Frame(f.sequence ^ 1, f.type, f.payload))),
    Fault("statistics never arrive", 44, "does not answer STATS", down=rewritten(lambda _, f: None if f.type == Request.STATS | REPLY else f)),
)

BOARD = (
    Fault("hangs in an inference", 44, "does not answer ASK", image="sick", sickness=Sickness.HANG),
    Fault("hangs with interrupts off", 44, "does not answer ASK", image="sick", sickness=Sickness.HANG_DEAF),
    Fault("hangs in a batch", 44, "does not answer BATCH", image="sick", sickness=Sickness.HANG, calls=320),
    Fault("hangs, and its watchdog bites", 48, "watchdog reset it during ASK: no progress.*pc 0x", image="sick", sickness=Sickness.HANG_GUARDED),
    Fault("hangs with interrupts off, and its watchdog bites", 48, "watchdog reset it.*pc 0x", image="sick", sickness=Sickness.HANG_DEAF_GUARDED),
    Fault("hangs, is bitten and starts again", 48, "watchdog reset it.*pc 0x", image="sick", sickness=Sickness.HANG_GUARDED, calls=320, reboots=True),
    Fault(
        "hangs once, and what the bitten board says is lost",
        48,
        "started anew while it was verified.*last reset: watchdog, pc 0x",
        down=lines.mute,
        image="sick",
        sickness=Sickness.HANG_ONCE,
        reboots=True,
        long=False,
    ),
    Fault("watchdog loop: bitten at every start", 48, "watchdog reset it during HELLO", image="watchdog loop", reboots=True),
    Fault("resets once, comes back", 48, "started anew while.*an ordinary one", image="sick", sickness=Sickness.RESET_ONCE, reboots=True, long=False),
    Fault("resets, its USB connection ends", 48, "ended after", image="sick", sickness=Sickness.RESET_ONCE, long=False),
    Fault("resets whenever it gets there", 48, "starts anew again and again", image="sick", sickness=Sickness.RESET, reboots=True),
    Fault("brown-out loop: resets at every request", 48, "starts anew again and again.*HELLO", image="boot loop", reboots=True),
    Fault("never reads its line", 44, "answers no request|Nothing came", image="deaf"),
    Fault("stack exhausted", 48, "crashed: the stack overflowed", image="sick", sickness=Sickness.STACK, long=False),
    Fault(
        "stack exhausted, and it starts again", 48, "crashed: the stack overflowed|starts anew", image="sick", sickness=Sickness.STACK, reboots=True
    ),
    Fault("undefined instruction", 48, "crashed: pc 0x", image="sick", sickness=Sickness.UNDEFINED, long=False),
    Fault("wild call", 48, "crashed", image="sick", sickness=Sickness.WILD_CALL, long=False),
    Fault("one answer of 564 is off by one", FAILS, "[12] of 564 answers differ", image="sick", sickness=Sickness.OFF_BY_ONE, calls=400, long=False),
    Fault("always the same answer", FAILS, "answers differ", image="sick", sickness=Sickness.CONSTANT, long=False),
    Fault("the answer to the input before", FAILS, "answers differ", image="sick", sickness=Sickness.STALE, long=False),
    Fault("answers negated", FAILS, "answers differ", image="sick", sickness=Sickness.NEGATED, long=False),
    Fault("another model flashed", 47, "board's model is model_", image="other", long=False),
    Fault("an older firmware", 51, "these sources make", image="sick", stale=True, long=False),
    Fault("firmware of another protocol version", 46, "version 2", image="newer", long=False),
)

LIES = (
    Fault("frames of another version", 46, "version 2", down=rewritten(_other_version), long=False),
    Fault("HELLO of another version", 46, "version 2", down=answers(Request.HELLO, lambda p: b"\2" + p[1:]), long=False),
    Fault("our version is refused", 46, "refuses protocol version", down=refusal(Request.HELLO, Error.WRONG_VERSION), long=False),
    Fault("another model's hash", 47, "model SHA-256", down=field(Field.MODEL_SHA256, bytes(32)), long=False),
    Fault("other constants", 47, "constants SHA-256", down=field(Field.CONSTANTS_SHA256, bytes(32)), long=False),
    Fault("another input scale", 47, "input scale", down=number(Field.INPUT_SCALE, 0.25), long=False),
    Fault("another zero point", 47, "output zero point", down=number(Field.OUTPUT_ZERO_POINT, 6), long=False),
    Fault("another domain", 47, "domain", down=number(Field.DOMAIN_NANO, -1, 1), long=False),
    Fault("another input size", 47, "input size", down=answers(Request.HELLO, lambda p: p[:1] + b"\2" + p[2:]), long=False),
    Fault("an engine that does not work", 49, "does not work: arena", down=field(Field.ENGINE_ERROR, b"arena too small"), long=False),
    Fault("an engine that fails", 49, "ENGINE_FAILED", down=refusal(Request.ASK, Error.ENGINE_FAILED), long=False),
    Fault("a reply that is too short", 49, "with 3 bytes", down=answers(Request.ASK, lambda p: p[:3]), long=False),
    Fault("a batch that is too short", 49, "inputs with", down=answers(Request.BATCH, lambda p: p[:-1]), long=False),
    Fault("one code of each batch changed, checksum right", FAILS, "answers differ", down=answers(Request.BATCH, xor(-1, 1)), long=False),
    Fault("a number that is not its code's", FAILS, "answers differ", down=answers(Request.ASK, xor(2, 1)), long=False),
    Fault("answers replayed, checksum right", FAILS, "answers differ", down=_replayed(), long=False),
    Fault("an x outside the domain is answered", FAILS, "lies outside the domain", down=rewritten(_answered), long=False),
)

_ENDS = {"exit_code": 48, "words": "ended after"}
DIFFERENT_ON_THE_NANO: dict[str, dict[str, Any]] = {
    # its watchdog is the interrupt of a timer, because the chip's own would bite a boot loader
    "hangs with interrupts off, and its watchdog bites": {"exit_code": 44, "words": "does not answer ASK"},
    # a reset takes its serial port away
    "hangs once, and what the bitten board says is lost": _ENDS,
    "resets once, comes back": _ENDS,
    "resets whenever it gets there": _ENDS,
    "brown-out loop: resets at every request": _ENDS,
}
NANO = tuple(replace(each, **DIFFERENT_ON_THE_NANO.get(each.name, {})) for each in (SURVIVED[-1], *BOARD))
"""Every fault of a board, as the emulated Nano has to end."""

FAULTS = {"line, survived": SURVIVED, "line": LINE, "board": BOARD, "a board that lies": LIES}
