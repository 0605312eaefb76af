"""Reads options tables of the schema into dataclasses: one function per table, each field checked against the names it may have."""

from __future__ import annotations

from collections.abc import Callable

from plumbline.convert.importers.flatbuffer.flatbuffer_view import Table, damaged
from plumbline.convert.importers.flatbuffer.schema import ACTIVATIONS, BUILTIN_OPTIONS, PADDINGS
from plumbline.convert.options import (
    AddOptions,
    ConcatenationOptions,
    Conv2DOptions,
    DepthwiseConv2DOptions,
    FullyConnectedOptions,
    LeakyReluOptions,
    MulOptions,
    Options,
    PackOptions,
    Pool2DOptions,
    ReducerOptions,
    ReshapeOptions,
    SequenceLstmOptions,
    SoftmaxOptions,
    SplitOptions,
    StridedSliceOptions,
    SubOptions,
    UnpackOptions,
)


def read_options(name: str, kind: int, table: Table | None) -> Options | None:
    """The options of an operator.

    Args:
        name: of the operator, for messages.
        kind: number in the union BuiltinOptions.
        table: what the union holds.

    Returns:
        None where there is no table, or it is of a kind that no kernel here asks for.

    Raises:
        ModelRefused: a field has a value the schema does not know.
    """
    found = BUILTIN_OPTIONS.get(kind)
    return READERS[found](name, table) if found and table is not None else None


def fully_connected(name: str, table: Table) -> FullyConnectedOptions:
    return FullyConnectedOptions(activation(name, table, 0), table.number(1, "b"), bool(table.number(2, "?")))


def conv_2d(name: str, table: Table) -> Conv2DOptions:
    return Conv2DOptions(padding(name, table), strides(table), (table.number(5, "i", 1), table.number(4, "i", 1)), activation(name, table, 3))


def depthwise_conv_2d(name: str, table: Table) -> DepthwiseConv2DOptions:
    dilations = (table.number(6, "i", 1), table.number(5, "i", 1))
    return DepthwiseConv2DOptions(padding(name, table), strides(table), dilations, table.number(3, "i"), activation(name, table, 4))


def pool_2d(name: str, table: Table) -> Pool2DOptions:
    return Pool2DOptions(padding(name, table), strides(table), (table.number(4, "i"), table.number(3, "i")), activation(name, table, 5))


def reshape(name: str, table: Table) -> ReshapeOptions:
    return ReshapeOptions(table.integers(0, "i"))


def softmax(name: str, table: Table) -> SoftmaxOptions:
    return SoftmaxOptions(table.real(0))


def add(name: str, table: Table) -> AddOptions:
    return AddOptions(activation(name, table, 0))


def leaky_relu(name: str, table: Table) -> LeakyReluOptions:
    return LeakyReluOptions(table.real(0))


def mul(name: str, table: Table) -> MulOptions:
    return MulOptions(activation(name, table, 0))


def reducer(name: str, table: Table) -> ReducerOptions:
    return ReducerOptions(bool(table.number(0, "?")))


def sub(name: str, table: Table) -> SubOptions:
    return SubOptions(activation(name, table, 0))


def concatenation(name: str, table: Table) -> ConcatenationOptions:
    return ConcatenationOptions(table.number(0, "i"), activation(name, table, 1))


def pack(name: str, table: Table) -> PackOptions:
    return PackOptions(table.number(0, "i"), table.number(1, "i"))


def split(name: str, table: Table) -> SplitOptions:
    return SplitOptions(table.number(0, "i"))


def strided_slice(name: str, table: Table) -> StridedSliceOptions:
    begin, end, ellipsis, new_axis, shrink_axis = (table.number(field, "i") for field in range(5))
    return StridedSliceOptions(begin, end, ellipsis, new_axis, shrink_axis, bool(table.number(5, "?")))


def unpack(name: str, table: Table) -> UnpackOptions:
    return UnpackOptions(table.number(0, "i"), table.number(1, "i"))


def sequence_lstm(name: str, table: Table) -> SequenceLstmOptions:
    return SequenceLstmOptions(activation(name, table, 0), table.real(1), bool(table.number(3, "?")), bool(table.number(5, "?")))


READERS: dict[str, Callable[[str, Table], Options]] = {
    "ConcatenationOptions": concatenation,
    "PackOptions": pack,
    "SplitOptions": split,
    "StridedSliceOptions": strided_slice,
    "UnpackOptions": unpack,
    "Conv2DOptions": conv_2d,
    "DepthwiseConv2DOptions": depthwise_conv_2d,
    "Pool2DOptions": pool_2d,
    "FullyConnectedOptions": fully_connected,
    "SoftmaxOptions": softmax,
    "ReshapeOptions": reshape,
    "AddOptions": add,
    "LeakyReluOptions": leaky_relu,
    "MulOptions": mul,
    "ReducerOptions": reducer,
    "SubOptions": sub,
    "UnidirectionalSequenceLSTMOptions": sequence_lstm,
}


def strides(table: Table) -> tuple[int, int]:
    """(height, width): all windowed operators keep them in the same fields, width first."""
    return table.number(2, "i"), table.number(1, "i")


def padding(name: str, table: Table) -> str:
    number = table.number(0, "b")
    if not 0 <= number < len(PADDINGS):
        raise damaged(f"{name} has the padding {number}")
    return PADDINGS[number]


def activation(name: str, table: Table, field: int) -> str:
    number = table.number(field, "b")
    if not 0 <= number < len(ACTIVATIONS):
        raise damaged(f"{name} has the activation {number}")
    return ACTIVATIONS[number]
