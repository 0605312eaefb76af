"""Cuts the float32 or uint8 ends off a model whose inside is int8: a board takes and gives codes, and the host knows what they stand for.

Such a model begins with a QUANTIZE and ends with a DEQUANTIZE, or with another QUANTIZE to uint8, or has one of the two. The flatbuffer is changed
in place: what was between them becomes the model's input and output, and the two operators leave its list. Everything else keeps its bytes.
"""

from __future__ import annotations

import struct

from plumbline.common.errors import ModelRefused
from plumbline.convert.importers.flatbuffer.parse import INPUTS, OPERATORS, OUTPUTS, Parts, take_apart
from plumbline.convert.model.flatbuffer_view import Table
from plumbline.convert.model.graph import Operator, Tensor

ENDS = {"FLOAT32": ("QUANTIZE", "DEQUANTIZE"), "UINT8": ("QUANTIZE", "QUANTIZE")}
"""Types of ends that can be cut off, and the operators that stand behind such an input and before such an output."""


def cut(raw: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The model between its float32 or uint8 ends.

    Args:
        raw: a .tflite file.

    Returns:
        The changed file, or the same bytes where no end can be cut off; and which ends were: "float32 input", "uint8 output" and so on.

    Raises:
        ModelRefused: the file is damaged.
    """
    parts = take_apart(raw)
    changed = bytearray(raw)
    gone: list[int] = []
    ends: list[str] = []
    for field, what, indices in ((INPUTS, "input", parts.inputs), (OUTPUTS, "output", parts.outputs)):
        if len(indices) != 1 or not 0 <= indices[0] < len(parts.tensors):
            continue  # the reader says what is wrong, here and where an end stays
        end = parts.tensors[indices[0]]
        found = operator_at(parts.operators, end, what) if end.type in ENDS else None
        if found is not None:
            gone.append(found[0])
            ends.append(f"{end.type.lower()} {what}")
            struct.pack_into("<i", changed, vector(parts.subgraph, field) + 4, found[1].index)
    left = tuple(operator for number, operator in enumerate(parts.operators) if number not in gone)
    if not ends or not left:
        return raw, ()
    remove(changed, vector(parts.subgraph, OPERATORS), gone)
    if not unchanged(take_apart(bytes(changed)), parts.tensors, left):
        hint = "Convert the model anew with inference_input_type = inference_output_type = tf.int8."
        raise ModelRefused("The model's ends cannot be cut off: parts of the file share their bytes.", hint)
    return bytes(changed), tuple(ends)


def unchanged(found: Parts, tensors: tuple[Tensor, ...], left: tuple[Operator, ...]) -> bool:
    """Whether the changed file reads as the old one, but for the ends, which nothing uses any more."""
    return found.operators == left and all(now == before or not now.used for now, before in zip(found.tensors, tensors, strict=True))


def operator_at(operators: tuple[Operator, ...], end: Tensor, what: str) -> tuple[int, Tensor] | None:
    """The only operator that reads the input, or writes the output, and the int8 tensor on its other side; None where there is no such.

    A uint8 code and the int8 code behind it stand for the same number: the zero points differ by 128, and the codes with them.
    """
    outside = [(operator.inputs if what == "input" else operator.outputs) for operator in operators]
    users = [number for number, found in enumerate(outside) if end in found]
    if len(users) != 1 or len(operators[users[0]].inputs) != 1 or len(operators[users[0]].outputs) != 1:
        return None
    operator = operators[users[0]]
    inner = operator.outputs[0] if what == "input" else operator.inputs[0]
    if operator.name != ENDS[end.type][what == "output"] or inner is None or inner.type != "INT8":
        return None
    return (users[0], inner) if end.type != "UINT8" or same_numbers(end, inner) else None


def same_numbers(end: Tensor, inner: Tensor) -> bool:
    """Whether every code of a uint8 tensor stands for the same number as the int8 code 128 below."""
    if end.quantization is None or inner.quantization is None or end.quantization.per_channel or inner.quantization.per_channel:
        return False
    return end.quantization.scale == inner.quantization.scale and end.quantization.zero_point == inner.quantization.zero_point + 128


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
