"""Writes any chain or graph of operators as .tflite bytes with the `flatbuffers` package: models for tests, without TensorFlow, in milliseconds.

The field numbers are the schema's, written down here once more; tests read what is written with TensorFlow Lite's own reader as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flatbuffers
import numpy as np
from numpy.typing import NDArray

FLOAT32, INT32, UINT8, INT16, INT8 = 0, 2, 3, 7, 9
ACTIVATIONS = ("NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH")
PADDINGS = ("SAME", "VALID")

Field = tuple[int, str, Any]
Ends = tuple[tuple[int, ...], tuple[int, ...]]
"""Indices of the model's inputs and outputs."""


@dataclass(frozen=True)
class TensorSpec:
    """A tensor; `data` makes it a constant."""

    name: str
    shape: tuple[int, ...]
    scales: tuple[float, ...] = ()
    zero_points: tuple[int, ...] = ()
    data: NDArray[Any] | None = None
    kind: int = INT8
    axis: int = 0
    variable: bool = False


@dataclass(frozen=True)
class OperatorSpec:
    """An operator by its number in BuiltinOperator; `inputs` and `outputs` are indices of tensors, -1 an input left out."""

    code: int
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options_kind: int = 0
    """Number in the union BuiltinOptions."""
    options: tuple[Field, ...] = ()


def conv_2d(
    inputs: tuple[int, ...], output: int, padding: str, strides: tuple[int, int], dilations: tuple[int, int], activation: str
) -> OperatorSpec:
    """A CONV_2D; pairs are (height, width)."""
    return OperatorSpec(3, 3, inputs, (output,), 1, (*window(padding, strides), *activated(3, activation), *pair(5, 4, dilations)))


def depthwise_conv_2d(
    inputs: tuple[int, ...], output: int, padding: str, strides: tuple[int, int], dilations: tuple[int, int], activation: str, multiplier: int
) -> OperatorSpec:
    fields = (*window(padding, strides), (3, "Int32", multiplier), *activated(4, activation), *pair(6, 5, dilations))
    return OperatorSpec(4, 3, inputs, (output,), 2, fields)


def pool_2d(code: int, source: int, output: int, padding: str, strides: tuple[int, int], size: tuple[int, int], activation: str) -> OperatorSpec:
    """AVERAGE_POOL_2D (code 1) or MAX_POOL_2D (code 17)."""
    return OperatorSpec(code, 2, (source,), (output,), 5, (*window(padding, strides), *pair(4, 3, size), *activated(5, activation)))


def reshape(source: int, output: int, shape: int | None = None) -> OperatorSpec:
    """A RESHAPE, with or without a tensor that repeats the shape."""
    return OperatorSpec(22, 1, (source,) if shape is None else (source, shape), (output,), 17)


def softmax(source: int, output: int, beta: float) -> OperatorSpec:
    return OperatorSpec(25, 2, (source,), (output,), 9, ((0, "Float32", beta),))


def window(padding: str, strides: tuple[int, int]) -> tuple[Field, ...]:
    return (0, "Int8", PADDINGS.index(padding)), *pair(2, 1, strides)


def pair(height: int, width: int, values: tuple[int, int]) -> tuple[Field, ...]:
    return (height, "Int32", values[0]), (width, "Int32", values[1])


def activated(field: int, activation: str) -> tuple[Field, ...]:
    return ((field, "Int8", ACTIVATIONS.index(activation)),)


def write_graph(tensors: list[TensorSpec], operators: list[OperatorSpec], first: int, last: int) -> bytes:
    """A model from tensor `first` to tensor `last` as .tflite bytes."""
    out = Builder()
    buffers = [out.table([])]  # buffer 0 is the empty one by convention
    tables = [out.tensor(each, buffers) for each in tensors]
    codes = sorted({(each.code, each.version) for each in operators})
    steps = []
    for each in operators:
        ends = [(1, "offset", out.numbers(each.inputs, "Int32")), (2, "offset", out.numbers(each.outputs, "Int32"))]
        options = [(3, "Uint8", each.options_kind), (4, "offset", out.table(list(each.options)))] if each.options_kind else []
        steps.append(out.table([(0, "Uint32", codes.index((each.code, each.version))), *ends, *options]))
    return out.model(codes, buffers, tables, steps, ((first,), (last,)))


class Builder:
    """A thin layer over flatbuffers.Builder that writes tables as lists of (field, kind, value)."""

    def __init__(self) -> None:
        self.b: Any = flatbuffers.Builder(1024)

    def table(self, fields: list[Field]) -> int:
        self.b.StartObject(13)
        for number, kind, value in fields:
            if kind == "offset":
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

    def model(
        self, codes: list[tuple[int, int]], buffers: list[int], tensors: list[int], operators: list[int], ends: Ends, custom: str = ""
    ) -> bytes:
        """The file; `custom` names the custom operator, where there is one."""
        fields = [(0, self.offsets(tensors)), (1, self.numbers(ends[0], "Int32")), (2, self.numbers(ends[1], "Int32"))]
        subgraph = self.table([(field, "offset", at) for field, at in [*fields, (3, self.offsets(operators))]])
        names: list[Field] = [(1, "offset", self.text(custom))] if custom else []
        known = [self.table([(0, "Int8", min(code, 127)), *names, (2, "Int32", version), (3, "Int32", code)]) for code, version in codes]
        parts = [(1, self.offsets(known)), (2, self.offsets([subgraph])), (4, self.offsets(buffers))]
        root = self.table([(0, "Uint32", 3), *((field, "offset", at) for field, at in parts)])
        self.b.Finish(root, file_identifier=b"TFL3")
        return bytes(self.b.Output())
