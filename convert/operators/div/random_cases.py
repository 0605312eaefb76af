"""Random DIV."""

from __future__ import annotations

import numpy as np

from plumbline.convert.model.schema import TENSOR_TYPES
from plumbline.convert.operators.cases import Case, CaseOperator, TensorSpec
from plumbline.convert.operators.div.reference import DivOptions
from plumbline.convert.operators.shared.binary.random_elementwise import narrowed, near, random_elementwise
from plumbline.convert.operators.shared.random_values import fused_activation, random_shape

INT32 = TENSOR_TYPES.index("INT32")


def random_div(rng: np.random.Generator, name: str) -> Case:
    """Of codes with a scale of the quotient that lets many of them stay within the codes; or of numbers of int32 by constants."""
    options = DivOptions(fused_activation(rng))
    if rng.random() < 0.8:
        answers = near(rng, lambda first, second: 0.1 * first / second)
        return random_elementwise(rng, name, "DIV", ("INT8", "INT8"), "INT8", options, answers=answers)
    shape = random_shape(rng, int(rng.integers(0, 5)))
    size = narrowed(rng, shape)
    divisors = np.array(rng.integers(1, 2 ** int(rng.integers(1, 32)), size) * rng.choice((-1, 1), size), np.int32)
    divisors[divisors == -1] = 1
    tensors = [
        TensorSpec("input", shape, kind=INT32),
        TensorSpec(f"{name}/divisors", size, data=divisors, kind=INT32),
        TensorSpec(f"{name}/out", shape, kind=INT32),
    ]
    return Case(tensors, [CaseOperator("DIV", (0, 1), (2,), options)], (0,), (2,))
