"""Rows: what one inference takes or gives, the bytes of all inputs or of all outputs one tensor after the other, as int8; and what they stand for.

A tensor with a scale stands for real numbers, scale * (code - zero point); one without stands for the numbers that it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.common.quantization import Scaled, dequantize

# fmt: off
NUMPY_TYPES = {
    "INT8": "<i1", "INT16": "<i2", "INT32": "<i4", "INT64": "<i8", "UINT8": "<u1", "UINT16": "<u2", "UINT32": "<u4", "UINT64": "<u8",
    "FLOAT32": "<f4", "BOOL": "?", "INT4": "<i1",
}
# fmt: on
"""Tensor types this project meets, by their name in the TensorFlow Lite schema. INT4 is what constants may be, two in a byte of the file."""

Rows = NDArray[np.int8]
Reals = NDArray[np.float64]


class Sized(Protocol):
    """A tensor, wherever it is told: in the flatbuffer, in the manifest."""

    @property
    def type(self) -> str:
        """Of NUMPY_TYPES."""

    @property
    def bytes(self) -> int:
        """Of all its elements."""


class End(Sized, Protocol):
    """An input or output with what its codes stand for."""

    @property
    def scale(self) -> float | None:
        """None where its values are the numbers themselves."""

    @property
    def zero_point(self) -> int | None:
        """None as the scale."""


def dtype_of(end: Sized) -> np.dtype[Any]:
    return np.dtype(NUMPY_TYPES[end.type])


def elements_of(end: Sized) -> int:
    return end.bytes // dtype_of(end).itemsize


def elements(ends: Iterable[Sized]) -> int:
    """Numbers in a row."""
    return sum(map(elements_of, ends))


def taken_apart(rows: Rows, ends: Sequence[Sized]) -> list[NDArray[Any]]:
    """Rows (N, bytes) as values (N, elements) of each tensor, of its own type."""
    cuts = np.cumsum([end.bytes for end in ends])[:-1]
    parts = np.split(np.ascontiguousarray(rows), cuts, axis=1)
    return [np.ascontiguousarray(part).view(dtype_of(end)) for part, end in zip(parts, ends, strict=True)]


def put_together(values: Iterable[NDArray[Any]], ends: Sequence[Sized]) -> Rows:
    """Values (N, elements) of each tensor as rows (N, bytes)."""
    parts = [np.ascontiguousarray(each, dtype_of(end)).view(np.int8) for each, end in zip(values, ends, strict=True)]
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)


def real_values(values: NDArray[Any], end: End) -> Reals:
    """The real numbers that values of one tensor, of any shape, stand for."""
    return values.astype(np.float64) if end.scale is None else dequantize(values, cast(Scaled, end))


def values_of(reals: NDArray[Any], end: End) -> NDArray[Any]:
    """The values of a tensor nearest to real numbers of any shape, within what its type holds; a tie goes away from zero."""
    dtype = dtype_of(end)
    if dtype.kind == "f":
        return reals.astype(dtype)
    if dtype.kind == "b":
        return np.asarray(reals > 0.5)
    steps = reals.astype(np.float64) / (end.scale or 1.0)
    codes = np.copysign(np.floor(np.abs(steps) + 0.5), steps) + (end.zero_point or 0)
    info = np.iinfo(dtype)
    return np.asarray(np.clip(codes, info.min, info.max), dtype)


def to_reals(rows: Rows, ends: Sequence[End]) -> Reals:
    """Rows (N, bytes) as real numbers (N, elements), tensor after tensor."""
    return np.concatenate([real_values(each, end) for each, end in zip(taken_apart(rows, ends), ends, strict=True)], axis=1)


def from_reals(reals: NDArray[Any], ends: Sequence[End]) -> Rows:
    """Real numbers (N, elements), tensor after tensor, as rows (N, bytes)."""
    parts = np.split(reals, np.cumsum([elements_of(end) for end in ends])[:-1], axis=1)
    return put_together((values_of(each, end) for each, end in zip(parts, ends, strict=True)), ends)


def by_element(numbers: Sequence[float], ends: Sequence[Sized]) -> Reals:
    """A number of each tensor, told for each of its elements: (elements,)."""
    return np.repeat(np.asarray(numbers, np.float64), [elements_of(end) for end in ends])


def number_of_codes(end: Sized) -> int:
    """How many different values an element of whole numbers can have."""
    return int(2 ** (8 * dtype_of(end).itemsize))


def range_of(end: End) -> tuple[float, float]:
    """The lowest and the highest real number that a tensor holds."""
    dtype = dtype_of(end)
    if dtype.kind == "f":
        return float(np.finfo(dtype).min), float(np.finfo(dtype).max)
    low, high = (0, 1) if dtype.kind == "b" else (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))
    if end.scale is None:
        return float(low), float(high)
    return (low - (end.zero_point or 0)) * end.scale, (high - (end.zero_point or 0)) * end.scale
