"""Random operators that answer each code by itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from plumbline.convert.operators.cases import INT16, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.random_values import random_shape, scale, zero_point


def random_unary(
    rng: np.random.Generator,
    name: str,
    operator: str,
    one_scale: bool = False,
    answers: tuple[float, int] | None = None,
    options: Callable[[np.random.Generator], object | None] = lambda rng: None,
    wide: bool = False,
) -> Case:
    """On a few codes of any shape; the output's scale is near the input's, or far from it, or the same.

    Args:
        rng, name, operator: as for every random case.
        one_scale: whether it is always the same.
        answers: the output's scale and zero point, where the operator has no others: a sigmoid's, whose input is then spread over its steep part.
        options: makes the operator's.
        wide: whether some are of int16.
    """
    if wide and rng.random() < 0.3:
        return random_wide(rng, name, operator, one_scale, answers is not None, options(rng))
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


def random_wide(rng: np.random.Generator, name: str, operator: str, one_scale: bool, fixed: bool, options: object | None) -> Case:
    """On a few int16 codes around 0; `fixed` is whether the output's scale is 2**-15, and the input's then often another power of 2, or nearly."""
    shape = random_shape(rng, int(rng.integers(1, 4)))
    real = scale(rng, 1e-4, 1e-3)
    target = scale(rng, real / 1000, real * 1e5) if rng.random() < 0.1 else scale(rng, real / 3, real * 3)
    if one_scale or rng.random() < 0.1:
        real = target = scale(rng, 2.1e-4, 1e-2)
    if fixed:
        real, target = (scale(rng, 1e-9, 2.6) if rng.random() < 0.3 else scale(rng, 1e-5, 1e-3)), 2.0**-15
        real = 2.0 ** int(rng.integers(-14, -9)) * float(rng.choice((1, 1, 1.0003, 0.9995))) if rng.random() < 0.4 else real
    tensors = [TensorSpec("input", shape, (real,), (0,), kind=INT16), TensorSpec(f"{name}/out", shape, (target,), (0,), kind=INT16)]
    return Case(tensors, [CaseOperator(operator, (0,), (1,), options)], (0,), (1,))
