"""Random comparisons."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import Case
from plumbline.convert.operators.shared.binary.random_elementwise import Scaled, random_elementwise
from plumbline.convert.operators.shared.random_values import scale, zero_point


def below_one(rng: np.random.Generator) -> Scaled:
    """From scales of which hundreds of codes are the same in steps of 1/256 up to those just below 1."""
    return scale(rng, 1e-5, 0.99) if rng.random() < 0.3 else scale(rng, 0.002, 0.1), zero_point(rng)


def random_comparison(rng: np.random.Generator, name: str, operator: str, types: tuple[str, ...]) -> Case:
    """Of two operands of one type."""
    kind = str(rng.choice(types))
    return random_elementwise(rng, name, operator, (kind, kind), "BOOL", scaled=below_one)
