"""Writes any chain or graph of operators as .tflite bytes with the `flatbuffers` package: models for tests, without TensorFlow, in milliseconds.

Options tables are written by the same annotations by which the product reads them; tests read them with TensorFlow Lite's own reader as well.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import flatbuffers
import numpy as np

from plumbline.convert.model.flexbuffer import VECTOR
from plumbline.convert.operators import registered
from plumbline.convert.operators.cases import BOOL, FLOAT32, INT8, INT16, INT32, INT64, UINT8, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.options import Place, places

INT = 1 << 2
"""The type of a FlexBuffer's number of one byte."""
Field = tuple[int, str, Any]
Ends = tuple[tuple[int, ...], tuple[int, ...]]
"""Indices of the model's inputs and outputs."""


@dataclass(frozen=True)
class OperatorSpec:
    """An operator by its number in BuiltinOperator, of whatever version and options; `inputs` and `outputs` are indices of tensors."""

    code: int
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options_kind: int = 0
    """Number in the union BuiltinOptions."""
    options: tuple[Field, ...] = ()
    custom: str = ""
    """The name of a custom operator, and the numbers of its FlexBuffer."""
    numbers: tuple[int, ...] = ()
    custom_options: bytes = b""
    """Its FlexBuffer, where that is no vector of numbers."""


def spec(operator: CaseOperator) -> OperatorSpec:
    """An operator as it is written: of the newest version, its options by their fields."""
    registration = registered()[operator.name]
    if operator.name.startswith("CUSTOM:"):
        numbers = tuple(vars(operator.options).values())
        custom = operator.name.partition(":")[2]
        return OperatorSpec(registration.number, 1, operator.inputs, operator.outputs, custom=custom, numbers=numbers)
    fields = tuple(each for name, place in places(type(operator.options)).items() for each in written(operator, name, place))
    return OperatorSpec(registration.number, registration.version, operator.inputs, operator.outputs, registration.options_number, fields)


def written(operator: CaseOperator, name: str, place: Place) -> Iterator[Field]:
    """The fields of one option."""
    value = getattr(operator.options, name)
    values = value if isinstance(value, tuple) else (place.names.index(value) if place.names else value,)
    if place.kind == "Int32s":
        yield place.fields[0], "Int32s", value
    else:
        yield from ((field, place.kind, each) for field, each in zip(place.fields, values, strict=True))


def write_case(case: Case) -> bytes:
    """A case as .tflite bytes."""
    return write_graph(case.tensors, case.operators, case.inputs, case.outputs, case.subgraphs)


def write_graph(
    tensors: Sequence[TensorSpec],
    operators: Sequence[OperatorSpec | CaseOperator],
    inputs: int | tuple[int, ...],
    outputs: int | tuple[int, ...],
    subgraphs: Sequence[Case] = (),
    names: Mapping[int, str] | None = None,
) -> bytes:
    """A model as .tflite bytes; `inputs` and `outputs` are indices of tensors, or the index of the only one. With `names` for them, by those indices,
    it has a signature.
    """
    out = Builder()
    buffers = [out.table([])]  # buffer 0 is the empty one by convention
    parts = [
        (tensors, operators, listed(inputs), listed(outputs)),
        *((each.tensors, each.operators, each.inputs, each.outputs) for each in subgraphs),
    ]
    written = [[spec(each) if isinstance(each, CaseOperator) else each for each in part[1]] for part in parts]
    codes = sorted({(each.code, each.version) for part in written for each in part})
    tables = [[out.tensor(each, buffers) for each in part[0]] for part in parts]
    steps = [[out.operator(each, codes) for each in specs] for specs in written]
    further = [out.subgraph(own, made, part[2:]) for own, made, part in zip(tables[1:], steps[1:], parts[1:], strict=True)]
    custom = next((each.custom for part in written for each in part if each.custom), "")
    return out.model(codes, buffers, tables[0], steps[0], parts[0][2:], custom, further, names)


def flexbuffer(numbers: tuple[int, ...]) -> bytes:
    """A vector of numbers of a byte each, as a FlexBuffer."""
    values = struct.pack(f"{len(numbers)}b", *numbers)
    return bytes([len(numbers)]) + values + bytes([INT] * len(numbers)) + bytes([2 * len(numbers), VECTOR << 2, 1])


def listed(ends: int | tuple[int, ...]) -> tuple[int, ...]:
    return (ends,) if isinstance(ends, int) else ends


class Builder:
    """A thin layer over flatbuffers.Builder that writes tables as lists of (field, kind, value)."""

    def __init__(self) -> None:
        self.b: Any = flatbuffers.Builder(1024)

    def table(self, fields: list[Field]) -> int:
        fields = [(number, kind, self.numbers(value, "Int32") if kind == "Int32s" else value) for number, kind, value in fields]
        self.b.StartObject(13)
        for number, kind, value in fields:
            if kind in ("offset", "Int32s"):
                self.b.PrependUOffsetTRelativeSlot(number, value, 0)
            else:
                add: Callable[..., None] = getattr(self.b, f"Prepend{kind}Slot")
                add(number, value, None)
        return int(self.b.EndObject())

    def tensor(self, tensor: TensorSpec, buffers: list[int]) -> int:
        """A tensor's table; the buffer of a constant is added to `buffers`."""
        buffer = 0
        if tensor.data is not None:
            values = np.ascontiguousarray(tensor.data).astype(tensor.data.dtype.newbyteorder("<"))
            buffers.append(self.table([(0, "offset", self.block(values.tobytes(), 16))]))
            buffer = len(buffers) - 1
        fields: list[Field] = [(0, "offset", self.numbers(tensor.shape, "Int32")), (1, "Int8", tensor.kind), (2, "Uint32", buffer)]
        fields.append((3, "offset", self.text(tensor.name)))
        if tensor.scales:
            scales, zeros = self.numbers(tensor.scales, "Float32"), self.numbers(tensor.zero_points, "Int64")
            fields.append((4, "offset", self.table([(2, "offset", scales), (3, "offset", zeros), (6, "Int32", tensor.axis)])))
        if tensor.variable:
            fields.append((5, "Bool", True))
        return self.table(fields)

    def numbers(self, values: tuple[Any, ...], kind: str) -> int:
        size = {"Int32": 4, "Float32": 4, "Int64": 8}[kind]
        self.b.StartVector(size, len(values), size)
        for value in reversed(values):
            getattr(self.b, f"Prepend{kind}")(value)
        return int(self.b.EndVector())

    def offsets(self, values: list[int]) -> int:
        self.b.StartVector(4, len(values), 4)
        for value in reversed(values):
            self.b.PrependUOffsetTRelative(value)
        return int(self.b.EndVector())

    def block(self, data: bytes, alignment: int) -> int:
        self.b.StartVector(1, len(data), alignment)
        self.b.head = self.b.head - len(data)
        self.b.Bytes[self.b.head : self.b.head + len(data)] = data
        return int(self.b.EndVector())

    def text(self, value: str) -> int:
        return int(self.b.CreateString(value))

    def operator(self, operator: OperatorSpec, codes: list[tuple[int, int]]) -> int:
        """An operator's table; its code is one of `codes`."""
        ends = [(1, "offset", self.numbers(operator.inputs, "Int32")), (2, "offset", self.numbers(operator.outputs, "Int32"))]
        fields = [(field, "offset", self.text(value)) if kind == "String" else (field, kind, value) for field, kind, value in operator.options]
        options = [(3, "Uint8", operator.options_kind), (4, "offset", self.table(fields))] if operator.options_kind else []
        if operator.custom:
            options = [(5, "offset", self.block(operator.custom_options or flexbuffer(operator.numbers), 16))]
        return self.table([(0, "Uint32", codes.index((operator.code, operator.version))), *ends, *options])

    def subgraph(self, tensors: list[int], operators: list[int], ends: Ends) -> int:
        fields = [(0, self.offsets(tensors)), (1, self.numbers(ends[0], "Int32")), (2, self.numbers(ends[1], "Int32"))]
        return self.table([(field, "offset", at) for field, at in [*fields, (3, self.offsets(operators))]])

    def model(
        self,
        codes: list[tuple[int, int]],
        buffers: list[int],
        tensors: list[int],
        operators: list[int],
        ends: Ends,
        custom: str = "",
        further: Sequence[int] = (),
        called: Mapping[int, str] | None = None,
    ) -> bytes:
        """The file; `custom` names the custom operator, where there is one, and `further` are the subgraphs behind the main one. `called` are what
        a signature calls the ends.
        """
        subgraphs = [self.subgraph(tensors, operators, ends), *further]
        names: list[Field] = [(1, "offset", self.text(custom))] if custom else []
        known = [self.table([(0, "Int8", min(code, 127)), *names, (2, "Int32", version), (3, "Int32", code)]) for code, version in codes]
        parts = [(1, self.offsets(known)), (2, self.offsets(subgraphs)), (4, self.offsets(buffers))]
        parts += [(7, self.offsets([self.signature(ends, called)]))] if called else []
        root = self.table([(0, "Uint32", 3), *((field, "offset", at) for field, at in parts)])
        self.b.Finish(root, file_identifier=b"TFL3")
        return bytes(self.b.Output())

    def signature(self, ends: Ends, names: Mapping[int, str]) -> int:
        """The signature of the main subgraph."""

        def named(index: int) -> int:
            return self.table([(0, "offset", self.text(names[index])), (1, "Uint32", index)])

        maps = [self.offsets([named(index) for index in indices]) for indices in ends]
        return self.table([*((field, "offset", at) for field, at in enumerate(maps)), (2, "offset", self.text("serving_default"))])


__all__ = [
    "BOOL",
    "FLOAT32",
    "INT8",
    "INT16",
    "INT32",
    "INT64",
    "UINT8",
    "Builder",
    "OperatorSpec",
    "TensorSpec",
    "spec",
    "write_case",
    "write_graph",
]
