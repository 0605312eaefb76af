"""Damaged frames, each followed by a good one, for the host's decoder and the board's: same answers, nothing accepted, in step again."""

from __future__ import annotations

import os
import random
import re
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from plumbline.common.paths import FIRMWARE
from plumbline.common.wire import HEADER, MARK, PAYLOAD_MAX, PROTOCOL_VERSION, REPLY, Request
from plumbline.convert.codegen.generated_folder import wire_header
from plumbline.host.devices.frame import Decoder, Frame, encode

BATCH = 100
"""Cases given to the board's decoder before its answers are read: both together fit their pipe's buffer, so that nobody waits for the other."""
STREAMS = 4
"""Independent streams of each direction."""
_SEND = b"\xff\xff"
_LONE = re.compile(rb"\0[^\0](?=\0)")
"""A byte alone between two delimiters: text for the host; the board drops it, because the delimiter behind it ends every unfinished line."""


@dataclass(frozen=True)
class Case:
    """A damaged frame and the good one behind it, as bytes on the line."""

    kind: str
    damaged: bytes
    good: Frame


Damage = Callable[[random.Random, bytes], bytes]


def _flip(rng: random.Random, line: bytes) -> bytes:
    out = bytearray(line)
    for _ in range(rng.randrange(1, 9)):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def _replace(rng: random.Random, line: bytes) -> bytes:
    out = bytearray(line)
    for _ in range(rng.randrange(1, 5)):
        out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def _drop(rng: random.Random, line: bytes) -> bytes:
    at = rng.randrange(len(line))
    return line[:at] + line[at + rng.randrange(1, 5) :]


def _insert(rng: random.Random, line: bytes) -> bytes:
    at = rng.randrange(1, len(line))
    return line[:at] + rng.randbytes(rng.randrange(1, 5)) + line[at:]


def _duplicate(rng: random.Random, line: bytes) -> bytes:
    at = rng.randrange(len(line))
    piece = line[at : at + rng.randrange(1, 9)]
    return line[:at] + piece + line[at:]


def _swap(rng: random.Random, line: bytes) -> bytes:
    at, other = rng.randrange(len(line)), rng.randrange(len(line))
    out = bytearray(line)
    out[at], out[other] = out[other], out[at]
    return bytes(out)


def _burst(rng: random.Random, line: bytes) -> bytes:
    at, length = rng.randrange(len(line)), rng.randrange(1, 80)
    return line[:at] + rng.randbytes(length) + line[at + length :]


def _cut(rng: random.Random, line: bytes) -> bytes:
    return line[: rng.randrange(1, len(line))]


def _splice(rng: random.Random, line: bytes) -> bytes:
    """The beginning of this frame and the end of another, as when a block of bytes between them is lost."""
    other = encode(_frame(rng))
    spliced = line[: rng.randrange(1, len(line))] + other[rng.randrange(1, len(other)) :]
    return line if other[1:-1] in spliced.split(b"\0") else spliced  # the whole other frame is nothing damaged


def _stick(rng: random.Random, line: bytes) -> bytes:
    at, mask = rng.randrange(len(line)), 1 << rng.randrange(8)
    return line[:at] + bytes(byte | mask for byte in line[at:])


def _banner(rng: random.Random, line: bytes) -> bytes:
    at = rng.randrange(1, len(line))
    return line[:at] + b"\r\nPlumbline: linear on virtual Cortex-M4F. Type a number, info, or ? for help.\r\n" + line[at:]


DAMAGES: dict[str, Damage] = {
    "bits flipped": _flip,
    "bytes replaced": _replace,
    "bytes dropped": _drop,
    "bytes inserted": _insert,
    "bytes duplicated": _duplicate,
    "bytes swapped": _swap,
    "a burst": _burst,
    "cut short": _cut,
    "two frames spliced": _splice,
    "a bit stuck": _stick,
    "a banner inside": _banner,
}


def _frame(rng: random.Random, version: int = PROTOCOL_VERSION, reply: bool = False) -> Frame:
    kind = int(rng.choice(list(Request))) | (REPLY if reply else 0)
    return Frame(rng.randrange(1 << 16), kind, rng.randbytes(rng.randrange(PAYLOAD_MAX + 1)), version)


def cases(seed: int, count: int, replies: bool) -> Iterator[Case]:
    """So many cases whose damaged frame surely is damaged: neither it nor any frame is left whole in the bytes between the delimiters."""
    rng = random.Random(seed)
    names = list(DAMAGES)
    while count:
        name = names[rng.randrange(len(names))]
        frame = _frame(rng, reply=replies)
        line = encode(frame)
        damaged = DAMAGES[name](rng, line)
        if line[1:-1] in damaged.split(b"\0"):
            continue  # a delimiter was hit, or nothing changed
        count -= 1
        yield Case(name, damaged, _frame(rng, reply=replies))


def build(folder: Path) -> Path:
    """Compile the board's decoder for this machine, with the sanitizers on."""
    (folder / "plumbline_wire.h").write_text(wire_header())
    program = folder / "frame_driver"
    sources = [Path(__file__).with_name("frame_driver.c"), *(FIRMWARE / "lib" / "link" / name for name in ("frame.c", "cobs.c", "crc32.c"))]
    include = [f"-I{folder}", *(f"-I{FIRMWARE / 'lib' / name}" for name in ("bytes", "link"))]
    flags = ["-std=c99", "-O2", "-g", "-funsigned-char", "-Wall", "-Wextra", "-Werror", "-Wconversion"]
    sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    subprocess.run(["gcc", *flags, *sanitizers, *include, *map(str, sources), "-o", str(program)], check=True, timeout=300)
    return program


@dataclass(frozen=True)
class Heard:
    """What a decoder made of one case: messages without their checksums, text, and the damaged frames since its start."""

    messages: tuple[bytes, ...]
    text: bytes
    bad_frames: int


class BoardDecoder:
    """The board's decoder in a process of its own, fed in batches.

    Args:
        program: from `build`.
        seconds: after which the process is ended, so that a hang is an end as well.
    """

    def __init__(self, program: Path, seconds: float) -> None:
        self._process = subprocess.Popen([str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin
        assert self._process.stdout
        self._to, self._from = self._process.stdin, self._process.stdout
        self._watchdog = threading.Timer(seconds, self._process.kill)
        self._watchdog.daemon = True

    def __enter__(self) -> BoardDecoder:
        self._watchdog.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._watchdog.cancel()
        self._process.kill()
        self._process.communicate()

    def feed(self, batch: list[bytes]) -> list[Heard]:
        """Its answers; at most BATCH cases at once.

        Raises:
            EOFError: the process has ended: it hung, or a sanitizer found something and has said so on standard error.
        """
        self._to.write(b"".join(struct.pack("<H", len(data)) + data for data in batch) + _SEND)
        self._to.flush()
        return [self._one() for _ in batch]

    def _one(self) -> Heard:
        messages = tuple(self._take(self._number(1)) for _ in range(self._number(2)))
        return Heard(messages, self._take(self._number(2)), self._number(4))

    def _number(self, size: int) -> int:
        return int.from_bytes(self._take(size), "little")

    def _take(self, size: int) -> bytes:
        raw = self._from.read(size)
        if len(raw) != size:
            raise EOFError("the board's decoder ended")
        return raw


class HostDecoder:
    """The host's decoder with the same answers."""

    def __init__(self) -> None:
        self._decoder = Decoder()

    def feed(self, data: bytes) -> Heard:
        """What it makes of one case."""
        frames, text = self._decoder.feed(data)
        return Heard(tuple(map(message, frames)), text, self._decoder.bad_frames)


def message(frame: Frame) -> bytes:
    """Header and payload."""
    return HEADER.pack(MARK | frame.version, frame.sequence, frame.type) + frame.payload


@dataclass(frozen=True)
class Tally:
    """What became of the damaged frames; all but `count` have to stay 0."""

    count: int = 0
    accepted: int = 0
    """By either decoder."""
    out_of_step: int = 0
    """The good frame behind it was missed by either."""
    differing: int = 0
    """Host and board made something else of it."""

    @property
    def faultless(self) -> int:
        """Damaged frames that went as they must; each can have several faults."""
        return self.count - min(self.count, self.accepted + self.out_of_step + self.differing)

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, name) + getattr(other, name) for name in ("count", "accepted", "out_of_step", "differing")))


def compare(program: Path, seed: int, count: int, replies: bool) -> Tally:
    """Put so many cases through both decoders, each in one unbroken stream."""
    accepted = out_of_step = differing = 0
    host, stream = HostDecoder(), cases(seed, count, replies)
    with BoardDecoder(program, 60 + count / 500) as board:
        while batch := list(islice(stream, BATCH)):
            lines = [case.damaged + encode(case.good) for case in batch]
            for case, line, board_heard in zip(batch, lines, board.feed(lines), strict=True):
                heard, good = host.feed(line), message(case.good)
                for messages in (heard.messages, board_heard.messages):
                    out_of_step += messages[-1:] != (good,)
                    accepted += len(messages) > 1
                differing += not same(line, heard, board_heard)
    return Tally(count, accepted, out_of_step, differing)


def same(line: bytes, host: Heard, board: Heard) -> bool:
    """Whether both heard the same; a byte alone between delimiters is text for the host only."""
    alone = len(_LONE.findall(b"\0" + line))
    text = len(host.text) - alone == len(board.text) if alone else host.text == board.text
    return (host.messages, host.bad_frames) == (board.messages, board.bad_frames) and text


def run(count: int, seed: int = 1) -> Tally:
    """Compare `count` damaged requests and as many damaged replies, on all processors."""
    share = count // STREAMS
    with TemporaryDirectory() as folder, ProcessPoolExecutor(os.cpu_count()) as pool:
        program = build(Path(folder))
        jobs = [pool.submit(compare, program, seed * 1000 + 10 * n + replies, share, replies) for n in range(STREAMS) for replies in (False, True)]
        return sum((job.result() for job in jobs), Tally())
