"""What a line can do to the bytes it carries, seeded: the fate of the n-th byte or frame of a direction depends on the seed alone."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator

from plumbline.host.devices.frame import DELIMITER, Frame, decode, encode

Step = bytes | float | None
"""Bytes to pass on, seconds to wait, or None: the connection is cut."""
Channel = Callable[[bytes], Iterable[Step]]
"""One direction of one line: takes the bytes that came, in any pieces."""
Line = Callable[[random.Random], Channel]
"""Makes a channel that decides by these random numbers."""
OnByte = Callable[[random.Random, int], bytes]
OnFrame = Callable[[random.Random, int, bytes], Iterable[Step]]
"""What becomes of a frame, delimiters included: random numbers, its number from 0, its bytes."""


def clean(_: random.Random) -> Channel:
    """Everything as it came."""
    return lambda data: (data,)


def hit(rate: float, change: OnByte) -> Line:
    """Each byte is changed with probability `rate`."""

    def line(rng: random.Random) -> Channel:
        def channel(data: bytes) -> Iterator[Step]:
            yield b"".join(change(rng, byte) if rng.random() < rate else bytes([byte]) for byte in data)

        return channel

    return line


def flipped(rng: random.Random, byte: int) -> bytes:
    """One bit of the byte the other way round."""
    return bytes([byte ^ 1 << rng.randrange(8)])


def dropped(_: random.Random, __: int) -> bytes:
    """Nothing."""
    return b""


def inserted(rng: random.Random, byte: int) -> bytes:
    """A byte before it that nobody sent."""
    return bytes([rng.randrange(256), byte])


def duplicated(_: random.Random, byte: int) -> bytes:
    """The byte twice."""
    return bytes([byte, byte])


def burst(rng: random.Random, byte: int) -> bytes:
    """Noise of 1 to 40 bytes in place of the byte."""
    return rng.randbytes(rng.randrange(1, 41))


def swapped(rate: float) -> Line:
    """A byte changes places with the next one."""

    def line(rng: random.Random) -> Channel:
        held = bytearray()

        def channel(data: bytes) -> Iterator[Step]:
            out = bytearray()
            for byte in data:
                if held:
                    out += bytes([byte, held.pop()])
                elif rng.random() < rate and byte != DELIMITER:  # a delimiter held back would only delay the frame until the next resend
                    held.append(byte)
                else:
                    out.append(byte)
            yield bytes(out)

        return channel

    return line


def stuck(low: int = 0x00, high: int = 0xFF) -> Line:
    """Bits of `low` are always 1, bits outside `high` always 0."""
    return lambda _: lambda data: (bytes(byte & high | low for byte in data),)


def delayed(rate: float, seconds: float) -> Line:
    """Before a byte, with probability `rate`, the line pauses up to `seconds`."""

    def line(rng: random.Random) -> Channel:
        def channel(data: bytes) -> Iterator[Step]:
            for byte in data:
                if rng.random() < rate:
                    yield rng.uniform(0, seconds)
                yield bytes([byte])

        return channel

    return line


def trickle(seconds: float) -> Line:
    """One byte every so many seconds."""

    def channel(data: bytes) -> Iterator[Step]:
        for byte in data:
            yield seconds
            yield bytes([byte])

    return lambda _: channel


def cut_after(count: int) -> Line:
    """The connection ends behind so many bytes."""

    def line(_: random.Random) -> Channel:
        left = count

        def channel(data: bytes) -> Iterator[Step]:
            nonlocal left
            yield data[:left]
            left -= len(data)
            if left <= 0:
                yield None

        return channel

    return line


def framewise(change: OnFrame) -> Line:
    """Each whole frame is handed to `change`; text passes."""

    def line(rng: random.Random) -> Channel:
        body: bytearray | None = None
        number = 0

        def channel(data: bytes) -> Iterator[Step]:
            nonlocal body, number
            for byte in data:
                if body is None and byte != DELIMITER:
                    yield bytes([byte])
                elif body is None or (byte == DELIMITER and not body):
                    body = bytearray()
                elif byte != DELIMITER:
                    body.append(byte)
                else:
                    yield from change(rng, number, b"\0" + body + b"\0")
                    number += 1
                    body = None

        return channel

    return line


def mute(rng: random.Random) -> Channel:
    """Text is lost and every frame arrives: as from a board whose port closes before its last words are out."""
    channel = framewise(lambda _, __, frame: (frame,))(rng)
    return lambda data: (step for step in channel(data) if isinstance(step, bytes) and len(step) > 1)


def lost(share: float, after: int = 0) -> Line:
    """A share of the frames does not arrive, the first `after` excepted."""
    return framewise(lambda rng, number, frame: () if rng.random() < share and number >= after else (frame,))


def doubled(share: float) -> Line:
    """A share of the frames arrives twice."""
    return framewise(lambda rng, _, frame: (frame, frame) if rng.random() < share else (frame,))


def late(share: float, seconds: float) -> Line:
    """A share of the frames arrives so late that it has been asked for again, and then behind the answer to that: out of order."""
    return framewise(lambda rng, _, frame: (seconds, frame, frame) if rng.random() < share else (frame,))


def overtaken(share: float) -> Line:
    """A share of the frames is held back until the next one has passed."""

    def line(rng: random.Random) -> Channel:
        held: list[bytes] = []

        def change(rng: random.Random, _: int, frame: bytes) -> Iterator[Step]:
            if not held and rng.random() < share:
                held.append(frame)
            else:
                yield frame
                while held:
                    yield held.pop()

        return framewise(change)(rng)

    return line


def interrupted(text: bytes, every: int) -> Line:
    """In the middle of every so-manieth frame stands a text, such as the banner of a board that starts."""
    return framewise(lambda _, number, frame: (frame[:5] + text + frame[5:] if number % every == every - 1 else frame,))


def cut_at_frame(number: int, kept: int) -> Line:
    """The connection ends inside the frame of this number, behind `kept` of its bytes."""
    return framewise(lambda _, at, frame: (frame[:kept], None) if at == number else (frame,))


def rewritten(change: Callable[[int, Frame], Frame | None]) -> Line:
    """Each good frame is replaced by another one with a right checksum, or by none: what no checksum can find."""

    def on_frame(_: random.Random, number: int, line: bytes) -> Iterator[Step]:
        frame = decode(line[1:-1])
        other = frame and change(number, frame)
        if other is not None:
            yield encode(other)

    return framewise(on_frame)
