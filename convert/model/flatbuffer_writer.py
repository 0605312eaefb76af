"""Writes tables, vectors and strings as a flatbuffer: what refers to something stands before it, so that one walk lays everything out."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Numbers:
    """A vector of numbers with that struct code."""

    code: str
    values: Sequence[float]


@dataclass(frozen=True)
class Block:
    """A vector of bytes that begins at a multiple of 16."""

    data: bytes


@dataclass(frozen=True)
class Written:
    """A table: fields by their number, as (struct code, number) or as what the field refers to. What is None is left out."""

    fields: dict[int, tuple[str, float] | Numbers | Block | str | Written | list[Written] | None]


Node = Numbers | Block | str | Written | list[Written]


def flatbuffer(root: Written, identifier: bytes) -> bytes:
    """The file.

    Args:
        root: its root table.
        identifier: four bytes.
    """
    out = bytearray(4) + identifier
    waiting: deque[tuple[int, Node]] = deque([(0, root)])
    while waiting:
        place, node = waiting.popleft()
        at, more = _laid_out(out, node)
        struct.pack_into("<I", out, place, at - place)
        waiting.extend(more)
    return bytes(out)


def _laid_out(out: bytearray, node: Node) -> tuple[int, list[tuple[int, Node]]]:
    """Append one node: where it begins, and the places that are to hold the distances to others."""
    if isinstance(node, Written):
        return _table(out, node)
    if isinstance(node, list):
        _align(out, 4)
        at = len(out)
        out += struct.pack("<I", len(node)) + bytes(4 * len(node))
        return at, [(at + 4 + 4 * number, each) for number, each in enumerate(node)]
    if isinstance(node, str):
        text = node.encode()
        return _vector(out, len(text), text + b"\0", 1), []
    if isinstance(node, Block):
        return _vector(out, len(node.data), node.data, 16), []
    return _vector(out, len(node.values), struct.pack(f"<{len(node.values)}{node.code}", *node.values), struct.calcsize(node.code)), []


def _vector(out: bytearray, count: int, data: bytes, alignment: int) -> int:
    """A vector whose first element is aligned: the place of its length."""
    _align(out, 4)
    while (len(out) + 4) % max(4, alignment):
        out += bytes(4)
    at = len(out)
    out += struct.pack("<I", count) + data
    return at


def _table(out: bytearray, table: Written) -> tuple[int, list[tuple[int, Node]]]:
    """A table behind its own vtable."""
    fields = {number: value for number, value in table.fields.items() if value is not None}
    count = max(fields, default=-1) + 1
    entries, body, more = [0] * count, bytearray(4), list[tuple[int, Node]]()
    for number, value in fields.items():
        code = value[0] if isinstance(value, tuple) else "I"
        while len(body) % struct.calcsize(code):
            body += bytes(1)
        entries[number] = len(body)
        if isinstance(value, tuple):
            body += struct.pack("<" + code, int(value[1]) if code not in "fd" else value[1])
        else:
            more.append((len(body), value))
            body += bytes(4)
    _align(out, 2)
    vtable = len(out)
    out += struct.pack(f"<{2 + count}H", 4 + 2 * count, len(body), *entries)
    _align(out, 8)
    at = len(out)
    struct.pack_into("<i", body, 0, at - vtable)
    out += body
    return at, [(at + place, node) for place, node in more]


def _align(out: bytearray, alignment: int) -> None:
    out += bytes(-len(out) % alignment)
