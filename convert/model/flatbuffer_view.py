"""Bounds-checked access to the tables, vectors and strings of any flatbuffer (https://flatbuffers.dev/internals)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from plumbline.common.errors import ModelRefused
from plumbline.convert.model import hints

READINGS = 16
"""How often the bytes of a file may be read as vectors: an honest file's parts share few of their bytes, and each is asked for a few times."""
FEW = 1 << 10
"""Elements of a vector of numbers that has no limit of its own."""
LONGEST_TEXT = 1 << 10
FREE = 1 << 20
"""Bytes that may be read in any case."""


DAMAGED = "he flatbuffer is damaged"
"""In the message about a file that contradicts itself, wherever in the sentence it stands."""


def damaged(what: str) -> ModelRefused:
    return ModelRefused(f"T{DAMAGED}: {what}.", hints.damaged())


class Bytes:
    """The whole file; every read names its place and is checked against the end. Reading takes a time in proportion to the file's size: vectors
    that many parts share are soon refused."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.left = READINGS * len(raw) + FREE

    def part(self, at: int, length: int) -> bytes:
        """A vector's bytes."""
        self.left -= max(0, length)
        if self.left < 0:
            raise damaged("many of its parts share the same bytes")
        return self.slice(at, length)

    def check(self, at: int, length: int) -> None:
        if at < 0 or length < 0 or at + length > len(self.raw):
            raise damaged(f"{length} bytes at {at} reach beyond its end at {len(self.raw)}")

    def slice(self, at: int, length: int) -> bytes:
        self.check(at, length)
        return self.raw[at : at + length]

    def number(self, code: str, at: int) -> int:
        """A little-endian integer or bool with the struct code `code`."""
        (value,) = struct.unpack("<" + code, self.slice(at, struct.calcsize("<" + code)))
        return int(value)

    def target(self, at: int) -> int:
        """Where the unsigned 32-bit offset at `at` points to."""
        offset = self.number("I", at)
        if offset == 0:
            raise damaged(f"the offset at {at} points to itself")
        return at + offset

    def vector(self, at: int, code: str, most: int) -> tuple[float, ...]:
        """The vector of numbers whose length stands at `at`, so many at most."""
        count, size = self.number("I", at), struct.calcsize("<" + code)
        if count > most:
            raise damaged(f"the vector at {at} has {count} elements, {most} at most are possible")
        return struct.unpack(f"<{count}{code}", self.part(at + 4, count * size)) if count else ()

    def root(self) -> Table:
        return Table(self, self.target(0))


@dataclass(frozen=True)
class Table:
    """One table: fields by their number in the schema, defaults where a field is absent."""

    file: Bytes
    at: int

    def place(self, field: int) -> int | None:
        """Position of a field's value, or None where the default applies."""
        vtable = self.at - self.file.number("i", self.at)
        size = self.file.number("H", vtable)
        if size < 4 or size % 2:
            raise damaged(f"the vtable at {vtable} has the size {size}")
        entry = 4 + 2 * field
        if entry >= size:
            return None
        offset = self.file.number("H", vtable + entry)
        return self.at + offset if offset else None

    def number(self, field: int, code: str, default: int = 0) -> int:
        place = self.place(field)
        return default if place is None else self.file.number(code, place)

    def real(self, field: int) -> float:
        """A float32; 0 when absent."""
        place = self.place(field)
        return 0.0 if place is None else float(struct.unpack("<f", self.file.slice(place, 4))[0])

    def table(self, field: int) -> Table | None:
        place = self.place(field)
        return None if place is None else Table(self.file, self.file.target(place))

    def tables(self, field: int, most: int) -> list[Table]:
        """A vector of tables, so many at most; empty when absent."""
        place = self.place(field)
        if place is None:
            return []
        start = self.file.target(place)
        count = self.file.number("I", start)
        if count > most:
            raise damaged(f"the vector at {start} has {count} elements, {most} at most are possible")
        self.file.part(start + 4, 4 * count)  # before the loop: a damaged count must not make it long
        return [Table(self.file, self.file.target(start + 4 + 4 * i)) for i in range(count)]

    def integers(self, field: int, code: str, most: int = FEW) -> tuple[int, ...]:
        place = self.place(field)
        return () if place is None else tuple(int(v) for v in self.file.vector(self.file.target(place), code, most))

    def floats(self, field: int, most: int = FEW) -> tuple[float, ...]:
        place = self.place(field)
        return () if place is None else self.file.vector(self.file.target(place), "f", most)

    def raw(self, field: int) -> bytes | None:
        """A vector of bytes; None when absent."""
        place = self.place(field)
        if place is None:
            return None
        start = self.file.target(place)
        return self.file.part(start + 4, self.file.number("I", start))

    def text(self, field: int) -> str:
        """A string, cut after LONGEST_TEXT bytes."""
        place = self.place(field)
        if place is None:
            return ""
        start = self.file.target(place)
        length = self.file.number("I", start)
        self.file.check(start + 4, length)
        return self.file.part(start + 4, min(length, LONGEST_TEXT)).decode("utf-8", errors="replace")
