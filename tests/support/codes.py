"""Codes for models of several input numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def codes_for(rng: np.random.Generator, count: int) -> NDArray[np.int8]:
    """All 256 codes of a single int8, else random rows with both extremes among them."""
    if count == 1:
        return np.arange(-128, 128, dtype=np.int8).reshape(-1, 1)
    rows = rng.integers(-128, 128, (100, count)).astype(np.int8)
    rows[0], rows[1] = -128, 127
    return rows
