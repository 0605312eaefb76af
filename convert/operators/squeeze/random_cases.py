"""Random SQUEEZE."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import BOOL, INT8, INT16, INT32, UINT8, Case
from plumbline.convert.operators.shared.random_values import random_shape
from plumbline.convert.operators.shared.same_bytes.random_cases import case_of
from plumbline.convert.operators.squeeze.reference import SqueezeOptions


def random_squeeze(rng: np.random.Generator, name: str) -> Case:
    """Some of the dimensions of 1, counted from either end, or all of them, named or not."""
    shape = random_shape(rng, int(rng.integers(1, 6)))
    ones = [place for place, size in enumerate(shape) if size == 1]
    named = [place for place in ones if rng.random() < 0.6]
    gone = named or ones
    after = tuple(size for place, size in enumerate(shape) if place not in gone)
    options = SqueezeOptions(tuple(place - len(shape) if rng.random() < 0.4 else place for place in named))
    kind = int(rng.choice((INT8, INT8, INT8, UINT8, INT16, INT32, BOOL)))
    return case_of(rng, name, "SQUEEZE", (shape, after), kind, None, options)
