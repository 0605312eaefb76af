"""Random ADD_N."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.add_n.reference import MOST
from plumbline.convert.operators.cases import Case
from plumbline.convert.operators.shared.binary.random_elementwise import any_scale, near, random_elementwise


def random_add_n(rng: np.random.Generator, name: str) -> Case:
    """Of operands of one shape and one scale, the output's scale near theirs."""
    count = int(rng.integers(2, MOST + 1))
    scaled = any_scale(rng)
    answers = near(rng, lambda first, second: first * count**0.5)
    return random_elementwise(rng, name, "ADD_N", ("INT8",) * count, "INT8", scaled=lambda rng: scaled, answers=answers, narrows=False)
