"""Cuts the float32 or uint8 ends off a model whose inside is int8: a board takes and gives codes, and the host knows what they stand for.

Behind such an input stands a QUANTIZE, before such an output a DEQUANTIZE, or another QUANTIZE to uint8. What a model computes in float32 behind its
last DEQUANTIZE, a LOG_SOFTMAX for instance, goes with the output: it is the caller's to compute. The flatbuffer is changed in place: what is
on the other side of them becomes the model's input or output, and they leave its list. Everything else keeps its bytes.
"""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass

from plumbline.common.errors import ModelRefused
from plumbline.convert.importers.flatbuffer.parse import INPUTS, OPERATORS, OUTPUTS, Parts, take_apart
from plumbline.convert.importers.flatbuffer.signature import renamed
from plumbline.convert.model.flatbuffer_view import Table
from plumbline.convert.model.graph import Operator, Tensor

ENDS = {"FLOAT32": ("QUANTIZE", "DEQUANTIZE"), "UINT8": ("QUANTIZE", "QUANTIZE")}
"""Types of ends that can be cut off, and the operators that stand behind such an input and before such an output."""
INSIDE = {"FLOAT32": ("INT8", "INT16", "UINT8"), "UINT8": ("INT8",)}
"""What may be on the other side."""


@dataclass(frozen=True)
class Cut:
    """An end that is cut off."""

    field: int
    """INPUTS or OUTPUTS."""
    place: int
    """Among them."""
    operators: tuple[int, ...]
    """That go, by their numbers."""
    end: Tensor
    inner: Tensor
    """The end from now on."""
    tail: tuple[str, ...] = ()
    """What the model computes in float32 behind its last code, which goes as well."""

    @property
    def kind(self) -> str:
        behind = f" with {', '.join(self.tail)} in float32" if self.tail else ""
        return f"{self.end.type.lower()} {'input' if self.field == INPUTS else 'output'}{behind}"


def cut(raw: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The model between its float32 or uint8 ends, of which it may have any number; those stay whose other side is no tensor that could be an end.

    Args:
        raw: a .tflite file.

    Returns:
        The changed file, or the same bytes where no end can be cut off; and which ends were: "float32 input", "2 uint8 outputs" and so on.

    Raises:
        ModelRefused: the file is damaged.
    """
    parts = take_apart(raw)
    cuts = all_cuts(parts)
    gone = [number for each in cuts for number in each.operators]
    left = tuple(operator for number, operator in enumerate(parts.operators) if number not in gone)
    if not cuts or not left:
        return raw, ()
    changed = bytearray(raw)
    for each in cuts:
        struct.pack_into("<i", changed, vector(parts.subgraph, each.field) + 4 + 4 * each.place, each.inner.index)
    remove(changed, vector(parts.subgraph, OPERATORS), gone)
    found = take_apart(bytes(changed))
    if not unchanged(found, parts.tensors, left):
        hint = "Convert the model anew with inference_input_type = inference_output_type = tf.int8."
        raise ModelRefused("The model's ends cannot be cut off: parts of the file share their bytes.", hint)
    several = [each for each in cuts if len(parts.inputs if each.field == INPUTS else parts.outputs) > 1]
    kinds = Counter(each.kind for each in cuts)
    named = renamed(bytes(changed), {each.end.index: each.inner.index for each in several})  # of an only end nobody needs the name
    return named, tuple(kind if count == 1 else f"{count} {kind}s" for kind, count in kinds.items())


def all_cuts(parts: Parts) -> list[Cut]:
    """The ends that can be cut off, inputs first."""
    cuts: list[Cut] = []
    taken = {*parts.inputs, *parts.outputs}  # no tensor is an end twice
    for field, indices in ((INPUTS, parts.inputs), (OUTPUTS, parts.outputs)):
        for place, index in enumerate(indices):
            if not 0 <= index < len(parts.tensors) or parts.tensors[index].type not in ENDS or [*parts.inputs, *parts.outputs].count(index) > 1:
                continue  # the reader says what is wrong, here and where an end stays
            end, tail = parts.tensors[index], list[int]()
            found = operator_at(parts.operators, end, "input" if field == INPUTS else "output")
            while found is None and field == OUTPUTS and (before := in_float(parts.operators, end, parts.tensors[index])) is not None:
                tail.append(before[0])
                end = before[1]
                found = operator_at(parts.operators, end, "output", used=(parts.operators[before[0]],))
            if found is not None and found[1].index not in taken:
                names = tuple(parts.operators[number].name for number in reversed(tail))
                cuts.append(Cut(field, place, (found[0], *tail), parts.tensors[index], found[1], names))
                taken.add(found[1].index)
    return cuts


def in_float(operators: tuple[Operator, ...], end: Tensor, last: Tensor) -> tuple[int, Tensor] | None:
    """The operator of float32 alone that computes a tensor on the way to an output, and what it computes it from; None where there is no such, or
    something else has to do with the tensor.
    """
    writers = [number for number, operator in enumerate(operators) if end in operator.outputs]
    readers = sum(end in operator.inputs for operator in operators)
    if len(writers) != 1 or readers > (end != last) or end.type != "FLOAT32":
        return None
    operator = operators[writers[0]]
    sources = operator.run_time_inputs
    if len(operator.outputs) != 1 or len(sources) != 1 or sources[0].type != "FLOAT32":
        return None
    return writers[0], sources[0]


def unchanged(found: Parts, tensors: tuple[Tensor, ...], left: tuple[Operator, ...]) -> bool:
    """Whether the changed file reads as the old one, but for the ends, which nothing uses any more."""
    return found.operators == left and all(now == before or not now.used for now, before in zip(found.tensors, tensors, strict=True))


def operator_at(operators: tuple[Operator, ...], end: Tensor, what: str, used: tuple[Operator, ...] = ()) -> tuple[int, Tensor] | None:
    """The only operator that has to do with an input or output, but for those `used`, and the tensor on its other side; None where there is no such.

    A uint8 code and the int8 code behind it stand for the same number: the zero points differ by 128, and the codes with them.
    """
    users = [number for number, operator in enumerate(operators) if end in (*operator.inputs, *operator.outputs) and operator not in used]
    if len(users) != 1 or len(operators[users[0]].inputs) != 1 or len(operators[users[0]].outputs) != 1:
        return None
    operator = operators[users[0]]
    outer, inner = (operator.inputs[0], operator.outputs[0]) if what == "input" else (operator.outputs[0], operator.inputs[0])
    if outer != end or operator.name != ENDS[end.type][what == "output"] or inner is None or inner.type not in INSIDE[end.type]:
        return None
    return (users[0], inner) if inner.computed and (end.type != "UINT8" or same_numbers(end, inner)) else None


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
