"""The table of the sigmoid as the generated code reads it: both sides of 0, and the half of the rounding in every entry."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.shared.sigmoid_table import TABLE, Integers

ALMOST_ONE = 2**16 - 2
"""What the kernel's LOGISTIC stays at from the last entry on. The line to it, instead of to the entry itself, leads to the same codes."""


def both_sides(last: int) -> Integers:
    """sigmoid(i / 24) of 2**-16, for i from -256 to 256, (513,); the last entries are given."""
    upper = np.append(TABLE[:-1], [last, last])
    return np.append(2**16 - upper[:0:-1], upper)


BELOW = (np.arange(-256, 257) < 0).astype(np.int64)
"""Where the half of the rounding is one less. On the way to 0 that one is too little to count."""
LOGISTIC = 512 * (both_sides(ALMOST_ONE) + 1) - BELOW
"""sigmoid(i / 24) of 2**-25 and half a 2**-15."""
TANH = 256 * both_sides(int(TABLE[-1])) - 2**23 + 128 - BELOW
"""tanh(i / 48) of 2**-23 and half a 2**-15."""
