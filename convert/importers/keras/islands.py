"""Operators that TensorFlow's converter leaves in float32, between a DEQUANTIZE and a QUANTIZE, and that TensorFlow Lite Micro computes on int8.

The flatbuffer is changed in place: the operator reads and writes the int8 tensors on the other sides, and the two around it leave the list. Of codes
the largest is where it is of numbers, so that nothing leaves behind an ARG_MAX.
"""

from __future__ import annotations

import struct

from plumbline.convert.importers.flatbuffer.parse import OPERATORS, Parts, take_apart
from plumbline.convert.importers.flatbuffer.strip_float_io import remove, vector
from plumbline.convert.model.flatbuffer_view import Table

ON_INT8 = ("ELU", "CUMSUM")
PLACES = ("ARG_MAX", "ARG_MIN")
"""Whose result is a whole number."""
READS, WRITES = 1, 2
"""Fields of an operator."""


def joined(raw: bytes) -> bytes:
    """The model with these operators on int8, or the same bytes where there are none."""
    parts = take_apart(raw)
    found = {number: ends for number in range(len(parts.operators)) if (ends := around(parts, number)) is not None}
    if not found:
        return raw
    changed, tables = bytearray(raw), parts.subgraph.tables(OPERATORS, len(parts.operators))
    gone: set[int] = set()
    for number, (before, after) in found.items():
        source = parts.operators[before].inputs[0]
        assert source is not None
        replace(changed, tables[number], READS, source.index)
        if after is not None:
            replace(changed, tables[number], WRITES, parts.operators[after].outputs[0].index)
            gone.add(after)
        given = parts.operators[before].outputs[0].index
        if readers(parts, given) <= set(found) and given not in parts.outputs:
            gone.add(before)
    remove(changed, vector(parts.subgraph, OPERATORS), sorted(gone))
    return bytes(changed)


def around(parts: Parts, number: int) -> tuple[int, int | None] | None:
    """The numbers of the DEQUANTIZE before an operator and of the only QUANTIZE behind it, if there has to be one; None where it does not lie between
    such, on int8.
    """
    operator = parts.operators[number]
    if operator.name not in (*ON_INT8, *PLACES) or operator.inputs[0] not in operator.run_time_inputs or len(operator.run_time_inputs) != 1:
        return None
    given, made = operator.run_time_inputs[0].index, operator.outputs[0].index
    before = [place for place, each in enumerate(parts.operators) if given in [tensor.index for tensor in each.outputs]]
    first = parts.operators[before[0]] if len(before) == 1 else None
    source = first.inputs[0] if first is not None and first.name == "DEQUANTIZE" else None
    if source is None or source.type != "INT8":
        return None
    if operator.name in PLACES:
        return before[0], None
    after = readers(parts, made)
    if len(after) != 1 or made in parts.outputs:
        return None
    last = parts.operators[next(iter(after))]
    return (before[0], next(iter(after))) if last.name == "QUANTIZE" and last.outputs[0].type == "INT8" else None


def readers(parts: Parts, index: int) -> set[int]:
    """The numbers of the operators that read a tensor."""
    return {place for place, each in enumerate(parts.operators) if index in [tensor.index for tensor in each.inputs if tensor is not None]}


def replace(raw: bytearray, operator: Table, field: int, index: int) -> None:
    """Write the first tensor that an operator reads or writes."""
    struct.pack_into("<i", raw, vector(operator, field) + 4, index)
