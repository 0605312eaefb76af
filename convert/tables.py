"""Bounds-checked access to the tables, vectors and strings of any flatbuffer (https://flatbuffers.dev/internals)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from common.errors import ModelRefused

HINT = "The file is damaged or no .tflite model; run `make clean convert` to write it anew."


def damaged(what: str) -> ModelRefused:
    return ModelRefused(f"The flatbuffer is damaged: {what}.", HINT)


@dataclass(frozen=True)
class Bytes:
    """The whole file; every read names its place and is checked against the end."""

    raw: bytes

    def slice(self, at: int, length: int) -> bytes:
        if at < 0 or length < 0 or at + length > len(self.raw):
            raise damaged(f"{length} bytes at {at} reach beyond its end at {len(self.raw)}")
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

    def vector(self, at: int, code: str) -> tuple[float, ...]:
        """The vector of numbers whose length stands at `at`."""
        count, size = self.number("I", at), struct.calcsize("<" + code)
        return struct.unpack(f"<{count}{code}", self.slice(at + 4, count * size)) if count else ()

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

    def tables(self, field: int) -> list[Table]:
        """A vector of tables; empty when absent."""
        place = self.place(field)
        if place is None:
            return []
        start = self.file.target(place)
        count = self.file.number("I", start)
        self.file.slice(start + 4, 4 * count)  # before the loop: a damaged count must not make it long
        return [Table(self.file, self.file.target(start + 4 + 4 * i)) for i in range(count)]

    def integers(self, field: int, code: str) -> tuple[int, ...]:
        place = self.place(field)
        return () if place is None else tuple(int(v) for v in self.file.vector(self.file.target(place), code))

    def floats(self, field: int) -> tuple[float, ...]:
        place = self.place(field)
        return () if place is None else self.file.vector(self.file.target(place), "f")

    def raw(self, field: int) -> bytes | None:
        """A vector of bytes; None when absent."""
        place = self.place(field)
        if place is None:
            return None
        start = self.file.target(place)
        return self.file.slice(start + 4, self.file.number("I", start))

    def text(self, field: int) -> str:
        return (self.raw(field) or b"").decode("utf-8", errors="replace")
