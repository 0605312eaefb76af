"""Inputs that every model is asked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def input_rows(rng: np.random.Generator, elements: int, zero: int) -> NDArray[np.int8]:
    """Six inputs: two random, one of extremes only, and all lowest, all highest, all real 0."""
    result = rng.integers(-128, 128, (6, elements)).astype(np.int8)
    result[2] = rng.choice((-128, 127), elements)
    result[3:] = np.array([-128, 127, zero]).reshape(3, 1)
    return result
