"""The inputs and outputs of a loaded model, and how arrays of a person's become rows of codes and rows become arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plumbline.common.errors import UsageError
from plumbline.common.quantization import formula
from plumbline.common.rows import dtype_of, range_of, real_values, values_of
from plumbline.convert.model.graph import Tensor

Array = NDArray[Any]


@dataclass(frozen=True)
class End:
    """An input or output. A code stands for the real number scale * (code - zero point); without a scale the values are the numbers themselves."""

    name: str
    """As the model's signature has it, or as its tensor is called."""
    type: str
    """As the schema calls it, e.g. INT8."""
    shape: tuple[int, ...]
    """As the model has it, a batch of 1 included."""
    bytes: int
    scale: float | None
    zero_point: int | None

    @classmethod
    def of(cls, name: str, tensor: Tensor) -> End:
        return cls(name, tensor.type, tensor.shape, tensor.bytes, tensor.scale, tensor.zero_point)

    @cached_property
    def dtype(self) -> np.dtype[Any]:
        """Of its codes."""
        return dtype_of(self)

    @cached_property
    def elements(self) -> int:
        return self.bytes // self.dtype.itemsize

    @cached_property
    def sample_shape(self) -> tuple[int, ...]:
        """Of one sample: the shape without a batch of 1."""
        return self.shape[1:] if self.shape[:1] == (1,) else self.shape

    @cached_property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest real number that it holds."""
        return range_of(self)

    @property
    def meaning(self) -> str:
        """What stands for what, e.g. `0.5 * (code + 3)`; empty where the values are the numbers themselves."""
        return "" if self.scale is None else formula(self)  # type: ignore[arg-type]

    def __str__(self) -> str:
        meaning = f", {self.meaning}" if self.scale is not None else ""
        return f"{self.name}: {self.type.lower()} {shown(self.shape)}{meaning}"

    def __repr__(self) -> str:
        return f"<{self}>"


class Form(NamedTuple):
    """How samples came, and so how answers go."""

    single: bool
    """One sample, not a batch."""
    bare: bool
    """Numbers of an input of one element, without the axis of that element."""
    samples: int


def rows_of_codes(given: ArrayLike, end: End) -> tuple[Array, Form]:
    """Codes that a person gives of an input, checked: (N, elements) of its own type.

    Raises:
        UsageError: they are of another shape or type, or are no codes.
    """
    values, form = arranged(given, end)
    if values.dtype == end.dtype or not values.size:
        return values.astype(end.dtype, copy=False), form
    kinds = {"f": "f", "b": "bui"}.get(end.dtype.kind, "ui")
    if values.dtype.kind not in kinds:
        raise UsageError(
            f"The codes of {end.name} are {end.type.lower()}, these are {values.dtype}.", "model(x) takes real numbers, model.codes(x) whole codes."
        )
    if end.dtype.kind in "iu" or values.dtype.kind in "iu":
        info = np.iinfo(end.dtype) if end.dtype.kind in "iu" else None
        low, high = (0, 1) if info is None else (int(info.min), int(info.max))
        wrong = (values < low) | (values > high)
        if wrong.any():
            raise UsageError(f"{place(values, wrong, end, form)} is no code of {end.name}: {end.type.lower()} reaches from {low} to {high}.")
    return np.ascontiguousarray(values, end.dtype), form


def rows_of_reals(given: ArrayLike, end: End, clip: bool) -> tuple[Array, Form]:
    """The codes nearest to real numbers that a person gives of an input: (N, elements) of its own type.

    Args:
        given: numbers.
        end: the input.
        clip: take the nearest code of numbers that lie outside what the input holds.

    Raises:
        UsageError: they are of another shape, no numbers, NaN, or lie outside by more than half a step.
    """
    values, form = arranged(given, end)
    if values.size and values.dtype.kind not in "buif":
        raise UsageError(f"The input {end.name} takes real numbers, these are {values.dtype}.")
    reals = values.astype(np.float64)
    low, high = end.range
    half = (end.scale or 1.0) / 2 if end.dtype.kind != "f" else 0.0
    wrong = ~((reals >= low - half) & (reals <= high + half))
    if wrong.any():
        refuse(reals, wrong, end, form, clip)
    return values_of(reals, end), form


def refuse(reals: Array, wrong: Array, end: End, form: Form, clip: bool) -> None:
    """Raises UsageError where some numbers are NaN, or lie outside and are not to be clipped."""
    nan = np.isnan(reals)
    if nan.any():
        raise UsageError(f"{place(reals, nan, end, form)} is not a number; {int(nan.sum())} of {reals.size} are none.", "No code stands for NaN.")
    low, high = end.range
    if not clip:
        raise UsageError(
            f"{place(reals, wrong, end, form)} lies outside what {end.name} holds, {low:.6g} to {high:.6g}; {int(wrong.sum())} of {reals.size} do.",
            "Scale the numbers as in training, or take the nearest code of each with clip=True.",
        )


def arranged(given: ArrayLike, end: End) -> tuple[Array, Form]:
    """(N, elements), and how they came.

    Raises:
        UsageError: neither a sample nor a batch of samples.
    """
    try:
        array = given if type(given) is np.ndarray else np.asarray(given)
    except (ValueError, TypeError) as error:
        raise UsageError(f"The input {end.name} cannot be made an array: {error}.", expected(end)) from error
    sample = end.sample_shape
    if np.ma.is_masked(given):
        raise UsageError(f"Some of the values of {end.name} are masked.", "Fill them first: x.filled(0) puts a number in their place.")
    if array.shape == sample:
        return array.reshape(1, end.elements), Form(True, False, 1)
    if array.ndim == len(sample) + 1 and array.shape[1:] == sample:
        return array.reshape(len(array), end.elements), Form(False, False, len(array))
    if end.elements == 1 and array.ndim <= 1:
        return array.reshape(-1, 1), Form(array.ndim == 0, True, array.size)
    raise UsageError(f"The input {end.name} has the shape {shown(array.shape)}.", expected(end))


def expected(end: End) -> str:
    """The shapes that an input takes, as a sentence."""
    sample = end.sample_shape
    one = f"{shown(sample)} is one sample" if sample else "a number is one sample"
    return f"{one[0].upper()}{one[1:]}, {shown(('N', *sample))} a batch of N."


def as_given(rows: Array, end: End, form: Form) -> Array:
    """Values (N, elements) of a tensor in the form in which the samples came."""
    sample = () if form.bare and end.elements == 1 else end.sample_shape
    array = rows.reshape(len(rows), *sample)
    return np.asarray(array[0])[()] if form.single else array


def reals_of(codes: Array, end: End) -> Array:
    """The real numbers that codes stand for, float64; without a scale the values as they are."""
    return codes if end.scale is None else real_values(np.asarray(codes), end)


def place(values: Array, wrong: Array, end: End, form: Form) -> str:
    """The first of the wrong values with its place, e.g. `x[3, 0, 1] = 9.5`, as the person indexes it."""
    row, element = (int(each) for each in np.argwhere(wrong)[0])
    inside = () if form.bare else tuple(int(each) for each in np.unravel_index(element, end.sample_shape or (1,)))[: len(end.sample_shape)]
    index = inside if form.single else (row, *inside)
    at = f"[{', '.join(map(str, index))}]" if index else ""
    return f"{end.name}{at} = {values[row, element]:.9g}"


def shown(shape: tuple[object, ...]) -> str:
    """A shape as Python writes it, `(8, 8, 1)`."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
