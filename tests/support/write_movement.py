"""Operators that move codes, for `tflite_writer.write_graph`. `constant` inputs are indices of tensors."""

from __future__ import annotations

from tests.support.tflite_writer import OperatorSpec


def concatenation(inputs: tuple[int, ...], output: int, axis: int) -> OperatorSpec:
    return OperatorSpec(2, 2, inputs, (output,), 10, ((0, "Int32", axis), (1, "Int8", 0)))


def pack(inputs: tuple[int, ...], output: int, axis: int) -> OperatorSpec:
    return OperatorSpec(83, 2, inputs, (output,), 59, ((0, "Int32", len(inputs)), (1, "Int32", axis)))


def unpack(source: int, outputs: tuple[int, ...], axis: int) -> OperatorSpec:
    return OperatorSpec(88, 2, (source,), outputs, 64, ((0, "Int32", len(outputs)), (1, "Int32", axis)))


def split(axis: int, source: int, outputs: tuple[int, ...]) -> OperatorSpec:
    """`axis` is a tensor."""
    return OperatorSpec(49, 2, (axis, source), outputs, 35, ((0, "Int32", len(outputs)),))


def transpose(source: int, order: int, output: int) -> OperatorSpec:
    return OperatorSpec(39, 2, (source, order), (output,), 26)


def pad(source: int, paddings: int, output: int, value: int | None = None) -> OperatorSpec:
    """A PAD, or with a value a PADV2."""
    if value is None:
        return OperatorSpec(34, 2, (source, paddings), (output,), 22)
    return OperatorSpec(60, 2, (source, paddings, value), (output,), 43)


def strided_slice(source: int, ends: tuple[int, int, int], output: int, begin_mask: int, end_mask: int, shrink_axis_mask: int) -> OperatorSpec:
    """`ends` are the tensors of begins, ends and strides."""
    options = ((0, "Int32", begin_mask), (1, "Int32", end_mask), (4, "Int32", shrink_axis_mask))
    return OperatorSpec(45, 2, (source, *ends), (output,), 32, options)
