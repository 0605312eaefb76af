"""Sigmoid and tanh of int16 codes as TensorFlow Lite Micro's 16-bit kernels compute them: straight lines between the entries of one table."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

# fmt: off
ONE_MORE = frozenset({
    4, 8, 12, 14, 15, 16, 17, 19, 20, 21, 22, 25, 27, 28, 29, 30, 31, 33, 34, 35, 37, 39, 40, 41, 43, 44, 45, 46, 49, 50, 54, 62, 63, 64, 66,
    82, 86, 93, 100, 103, 112, 116, 135, 255,
})
# fmt: on
"""Entries that are one more there than the rounded value."""

TABLE: Integers = np.array([round(2**16 / (1 + math.exp(-i / 24))) + (i in ONE_MORE) for i in range(256)], np.int64)
"""sigmoid(i / 24) of 2**-16, (256,): sigmoid_table_uint16 in tensorflow/lite/kernels/internal/common.h."""

LAST = 255
"""From the last entry on both functions are at their end."""


def sigmoid(codes: Integers, factor: int = 3, right: int = 0) -> Integers:
    """sigmoid(code * factor / 2**right / (3 * 2**12)) of 2**-15, from 11 to 32757, as the int16 Logistic in integer_ops/logistic.h."""
    scaled = (codes * factor + ((1 << right) >> 1)) >> right
    entry, rest = np.divmod(np.abs(scaled), 1 << 9)
    at = np.minimum(entry, LAST - 1)
    value = np.where(entry >= LAST, 0x7FFF << 10, (TABLE[at] << 9) + rest * (TABLE[at + 1] - TABLE[at]))
    return np.asarray(np.where(scaled >= 0, value + (1 << 9), (1 << 25) - value + (1 << 9) - 1) >> 10, np.int64)


def tanh(codes: Integers, factor: int, right: int) -> Integers:
    """tanh(code * factor / 2**right / (3 * 2**12)) of 2**-15, within +-32767, as the int16 Tanh in integer_ops/tanh.h.

    Args:
        codes: int16 values of any shape.
        factor, right: of `tanh_scaling`.
    """
    scaled = (codes * factor + ((1 << right) >> 1)) >> right
    entry, rest = np.divmod(np.abs(scaled), 1 << 8)
    at = np.minimum(entry, LAST - 1)
    value = np.where(entry >= LAST, 0xFFFF << 8, (TABLE[at] << 8) + rest * (TABLE[at + 1] - TABLE[at]))
    return np.asarray(np.where(scaled >= 0, value - (1 << 23) + (1 << 7), -value + (1 << 23) + (1 << 7) - 1) >> 8, np.int64)


def tanh_scaling(power: int) -> tuple[int, int]:
    """Factor and right shift that bring codes of 2**power to the table's unit, as Tanh in lstm_eval.cc: 3 / 2**12 for codes of 2**-12."""
    left = 12 + power
    return (3 << left, 0) if left >= 0 else (3, -left)
