"""Random operators that answer each code by itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from plumbline.convert.operators.cases import Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.random_values import random_shape, scale, zero_point


def random_unary(
    rng: np.random.Generator,
    name: str,
    operator: str,
    one_scale: bool = False,
    answers: tuple[float, int] | None = None,
    options: Callable[[np.random.Generator], object | None] = lambda rng: None,
) -> Case:
    """On a few codes of any shape; the output's scale is near the input's, or far from it, or the same.

    Args:
        rng, name, operator: as for every random case.
        one_scale: whether it is always the same.
        answers: the output's scale and zero point, where the operator has no others: a sigmoid's, whose input is then spread over its steep part.
        options: makes the operator's.
    """
    shape = random_shape(rng, int(rng.integers(0, 5)))
    real, zero = scale(rng, 1e-4, 100) if rng.random() < 0.1 else scale(rng, 0.01, 0.1), zero_point(rng)
    target = (scale(rng, real / 3, real * 3), zero_point(rng))
    if one_scale or rng.random() < 0.1:
        target = (real, zero)
    elif rng.random() < 0.1:
        target = (scale(rng, real / 1000, real * 1e5), zero_point(rng))
    if answers is not None:
        real, target = scale(rng, 1e-7, 1e6) if rng.random() < 0.2 else scale(rng, 0.003, 0.15), answers
    tensors = [TensorSpec("input", shape, (real,), (zero,)), TensorSpec(f"{name}/out", shape, (target[0],), (target[1],))]
    return Case(tensors, [CaseOperator(operator, (0,), (1,), options(rng))], (0,), (1,))
