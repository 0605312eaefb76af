"""Random PRELU."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import Case
from plumbline.convert.operators.prelu.reference import TYPES
from plumbline.convert.operators.shared.binary.random_elementwise import near, random_elementwise


def random_prelu(rng: np.random.Generator, name: str) -> Case:
    """Of an input and an alpha, the output's scale near the input's."""
    kind = str(rng.choice(TYPES))
    return random_elementwise(rng, name, "PRELU", (kind, "INT8"), kind, answers=near(rng, lambda first, second: first))
