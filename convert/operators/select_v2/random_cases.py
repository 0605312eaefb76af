"""Random SELECT_V2."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import Case
from plumbline.convert.operators.select_v2.reference import TYPES
from plumbline.convert.operators.shared.binary.random_elementwise import random_elementwise


def random_select_v2(rng: np.random.Generator, name: str) -> Case:
    """Of a condition and two operands of one type."""
    kind = str(rng.choice(TYPES))
    return random_elementwise(rng, name, "SELECT_V2", ("BOOL", kind, kind), kind)
