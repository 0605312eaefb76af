"""Random SQUARED_DIFFERENCE."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import Case
from plumbline.convert.operators.shared.binary.random_elementwise import near, random_elementwise
from plumbline.convert.operators.shared.binary.reference import TYPES


def random_squared_difference(rng: np.random.Generator, name: str) -> Case:
    """Of two operands, the output's scale that of their square."""
    kind = str(rng.choice(TYPES))
    width = 100 if kind == "INT8" else 20000
    answers = near(rng, lambda first, second: width * max(first, second) ** 2)
    return random_elementwise(rng, name, "SQUARED_DIFFERENCE", (kind, kind), kind, answers=answers)
