"""Random LEAKY_RELU."""

from __future__ import annotations

from functools import partial

import numpy as np

from plumbline.convert.operators.leaky_relu.reference import LeakyReluOptions
from plumbline.convert.operators.shared.lookup.random_cases import random_unary
from plumbline.convert.operators.shared.random_values import scale


def random_alpha(rng: np.random.Generator) -> LeakyReluOptions:
    return LeakyReluOptions(float(rng.choice((0.0, -0.5, 0.2, 0.3, 1.0, 5.0))) if rng.random() < 0.3 else scale(rng, 1e-3, 2))


random_leaky_relu = partial(random_unary, operator="LEAKY_RELU", options=random_alpha, wide=True)
