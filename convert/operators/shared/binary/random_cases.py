"""Random operators of two operands."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from plumbline.convert.operators.cases import Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.random_values import Shape, fused_activation, random_shape, scale, zero_point


def partner(rng: np.random.Generator, shape: Shape) -> Shape:
    """A shape that broadcasts with another: some dimensions 1, some that are 1 there larger, some in front left out or added."""
    result = list(shape)
    if rng.random() < 0.6:
        for i, size in enumerate(shape):
            result[i] = int(rng.integers(1, 5)) if size == 1 else int(rng.choice((1, size)))
        if rng.random() < 0.3:
            result = result[int(rng.integers(0, len(result) + 1)) :]
        elif rng.random() < 0.1:
            result = [int(rng.integers(1, 3)), *result]
    return tuple(result)


class Arithmetic:
    """A model of binary operators so far: tensor 0 is its input."""

    def __init__(self, rng: np.random.Generator, name: str, operator: str, options: Callable[[str], object], spread: Callable[..., float]) -> None:
        self.rng, self.name, self.operator, self.options, self.spread = rng, name, operator, options, spread
        self.tensors = [TensorSpec("input", random_shape(rng, int(rng.integers(0, 5))), (self.scale(),), (zero_point(rng),))]
        self.operators: list[CaseOperator] = []

    def scale(self) -> float:
        return scale(self.rng, 1e-4, 100) if self.rng.random() < 0.1 else scale(self.rng, 0.01, 0.1)

    def constant(self, shape: Shape) -> int:
        """The index of a new constant."""
        codes = self.rng.integers(-128, 128, shape).astype(np.int8)
        if self.rng.random() < 0.1:
            codes[...] = self.rng.choice((-128, 127))
        self.tensors.append(TensorSpec(f"{self.name}/constant", shape, (self.scale(),), (zero_point(self.rng),), codes))
        return len(self.tensors) - 1

    def reshaped(self, index: int, shape: Shape) -> int:
        """The index of a tensor in another shape."""
        old = self.tensors[index]
        self.tensors.append(TensorSpec(f"{self.name}/reshaped", shape, old.scales, old.zero_points))
        self.operators.append(CaseOperator("RESHAPE", (index,), (len(self.tensors) - 1,)))
        return len(self.tensors) - 1

    def combine(self, first: int, second: int) -> int:
        """The index of what the operator makes of two tensors, in whichever order; its scale lets most results stay within the codes."""
        pair = (first, second) if self.rng.random() < 0.5 else (second, first)
        one, other = (self.tensors[i] for i in pair)
        real = float(np.float32(self.spread(one.scales[0], other.scales[0]) * np.exp(self.rng.uniform(-1, 1))))
        shape = np.broadcast_shapes(one.shape, other.shape)
        self.tensors.append(TensorSpec(f"{self.name}/out_{len(self.tensors)}", shape, (real,), (zero_point(self.rng),)))
        self.operators.append(CaseOperator(self.operator, pair, (len(self.tensors) - 1,), self.options(fused_activation(self.rng))))
        return len(self.tensors) - 1


def random_binary(
    rng: np.random.Generator, name: str, operator: str, options: Callable[[str], object], spread: Callable[..., float] = np.hypot
) -> Case:
    """Operands are the input and a constant, the input itself, the input in two shapes, or what the same operator made of it.

    Args:
        rng, name, operator: as for every random case.
        options: makes the operator's out of a fused activation.
        spread: a usual scale of the result, of both operands' scales.
    """
    model = Arithmetic(rng, name, operator, options, spread)
    shape = model.tensors[0].shape
    kind = rng.random()
    if kind < 0.4:
        last = model.combine(0, model.constant(partner(rng, shape)))
    elif kind < 0.5:
        last = model.combine(0, 0)
    elif kind < 0.6 and np.prod(shape) <= 30:
        last = model.combine(*(model.reshaped(0, tuple(int(size) for size in rng.permutation((1, 1, int(np.prod(shape)))))) for _ in range(2)))
    else:
        last = model.combine(0, model.combine(0, model.constant(partner(rng, shape))))
    return Case(model.tensors, model.operators, (0,), (last,))
