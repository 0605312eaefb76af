"""Has the signature of a model follow its ends: a name that told an end which is cut off tells the tensor behind it."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from plumbline.convert.importers.flatbuffer.parse import LARGEST_FAN, MOST, SIGNATURES
from plumbline.convert.model.flatbuffer_view import Bytes, Table

TENSOR = 1
"""The field of a TensorMap that holds its tensor's index; where it is left out, the index is 0."""


def renamed(raw: bytes, moved: Mapping[int, int]) -> bytes:
    """The model with signatures that name other tensors.

    Args:
        raw: a .tflite file that has been read once.
        moved: the index of a tensor to that of the tensor which has its name from now on.

    Returns:
        The changed file. A name whose index is left out is written anew behind the file's end.
    """
    changed = bytearray(raw)
    model = Bytes(raw).root()
    for signature in model.tables(SIGNATURES, MOST):
        for field in (0, 1):
            for number, end in enumerate(signature.tables(field, LARGEST_FAN)):
                index = moved.get(end.number(TENSOR, "I"))
                if signature.number(4, "I") or index is None:  # of another subgraph
                    continue
                place = end.place(TENSOR)
                if place is not None:
                    struct.pack_into("<I", changed, place, index)
                else:
                    append(changed, element(signature, field, number), end.text(0), index)
    return bytes(changed)


def element(table: Table, field: int, number: int) -> int:
    """Where the offset of a vector's element stands."""
    place = table.place(field)
    assert place is not None
    return table.file.target(place) + 4 + 4 * number


def append(raw: bytearray, offset: int, name: str, index: int) -> None:
    """A TensorMap behind the file's end, to which the offset at that place points from now on."""
    raw += bytes(-len(raw) % 4)
    text = name.encode()
    table = len(raw) + 8
    raw += struct.pack("<4H", 8, 12, 4, 8)  # its vtable: sizes of both, and where name and index stand
    raw += struct.pack("<iII", 8, 8, index) + struct.pack("<I", len(text)) + text + b"\0"
    struct.pack_into("<I", raw, offset, table - offset)
