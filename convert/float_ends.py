"""Cuts the float32 ends off a model whose inside is int8: a board takes and gives codes, and the host knows what they stand for.

Such a model begins with a QUANTIZE and ends with a DEQUANTIZE, or has one of the two. The flatbuffer is changed in place: what was between them
becomes the model's input and output, and the two operators leave its list. Everything else keeps its bytes.
"""

from __future__ import annotations

import struct

from common.errors import ModelRefused
from convert.flatbuffer import INPUTS, OPERATORS, OUTPUTS, parts
from convert.graph import Operator, Tensor
from convert.tables import Table

HINT = "Plumbline cuts off one QUANTIZE behind a float32 input and one DEQUANTIZE before a float32 output; convert with int8 input and output."


def cut(raw: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The model between its float32 ends.

    Args:
        raw: a .tflite file.

    Returns:
        The changed file, or the same bytes where no end is float32; and which ends were cut: "input", "output", both or none.

    Raises:
        ModelRefused: the file is damaged, or a float32 end is not quantized by one operator.
    """
    subgraph, tensors, operators = parts(raw)
    changed = bytearray(raw)
    gone: list[int] = []
    ends: list[str] = []
    for field, what in ((INPUTS, "input"), (OUTPUTS, "output")):
        indices = subgraph.integers(field, "i")
        if len(indices) != 1 or not 0 <= indices[0] < len(tensors) or tensors[indices[0]].type != "FLOAT32":
            continue  # the reader says what is wrong, if anything is
        number, inner = operator_at(operators, tensors[indices[0]], what)
        gone.append(number)
        ends.append(what)
        struct.pack_into("<i", changed, vector(subgraph, field) + 4, inner.index)
    if not ends:
        return raw, ()
    remove(changed, vector(subgraph, OPERATORS), gone)
    left = tuple(operator for number, operator in enumerate(operators) if number not in gone)
    if not left or not unchanged(parts(bytes(changed)), tensors, left):
        raise ModelRefused("The model's float32 ends cannot be cut off: parts of the file share their bytes.", HINT)
    return bytes(changed), tuple(ends)


def unchanged(found: tuple[Table, tuple[Tensor, ...], tuple[Operator, ...]], tensors: tuple[Tensor, ...], left: tuple[Operator, ...]) -> bool:
    """Whether the changed file reads as the old one, but for the ends, which nothing uses any more."""
    same = all(now == before or not now.used for now, before in zip(found[1], tensors, strict=True))
    return same and found[2] == left


def operator_at(operators: tuple[Operator, ...], end: Tensor, what: str) -> tuple[int, Tensor]:
    """The only operator that reads the float32 input, or writes the float32 output, and the int8 tensor on its other side."""
    name = "QUANTIZE" if what == "input" else "DEQUANTIZE"
    outside = [(operator.inputs if what == "input" else operator.outputs) for operator in operators]
    users = [number for number, found in enumerate(outside) if end in found]
    if len(users) == 1 and operators[users[0]].name == name and len(operators[users[0]].inputs) == len(operators[users[0]].outputs) == 1:
        operator = operators[users[0]]
        inner = operator.outputs[0] if what == "input" else operator.inputs[0]
        if inner is not None and inner.type == "INT8":
            return users[0], inner
    found = ", ".join(operators[number].name for number in users) or "nothing"
    raise ModelRefused(f"The model's {what} {end.name} is FLOAT32, and {found} works on it, not one {name} to or from int8.", HINT)


def vector(subgraph: Table, field: int) -> int:
    """Where the vector of a field begins, which is there because its elements were read."""
    place = subgraph.place(field)
    assert place is not None
    return subgraph.file.target(place)


def remove(raw: bytearray, at: int, gone: list[int]) -> None:
    """Take elements out of the vector of offsets at `at`; each offset counts from its own place, which moves."""
    (count,) = struct.unpack_from("<I", raw, at)
    places = [at + 4 + 4 * number for number in range(count)]
    targets = [place + struct.unpack_from("<I", raw, place)[0] for number, place in enumerate(places) if number not in gone]
    struct.pack_into("<I", raw, at, len(targets))
    for place, target in zip(places, targets, strict=False):
        struct.pack_into("<I", raw, place, target - place)
