"""Random operators of two operands that compute with codes or with int32 numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from plumbline.convert.model.graph import NUMPY_TYPES
from plumbline.convert.model.schema import TENSOR_TYPES
from plumbline.convert.operators.cases import Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.binary.random_elementwise import random_elementwise
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
    """A model of binary operators so far: tensor 0 is its first input; its codes are all of type `kind`."""

    def __init__(
        self, rng: np.random.Generator, name: str, kind: str, operator: str, options: Callable[[str], object], spread: Callable[..., float]
    ) -> None:
        self.rng, self.name, self.kind, self.operator, self.options, self.spread = rng, name, kind, operator, options, spread
        self.tensors = [self.tensor("input", random_shape(rng, int(rng.integers(0, 5))), self.scale())]
        self.inputs = [0]
        self.operators: list[CaseOperator] = []

    def tensor(self, name: str, shape: Shape, real: float, constant: bool = False) -> TensorSpec:
        """A tensor of codes."""
        zero = zero_point(self.rng) if self.kind == "INT8" else 0
        ends = np.iinfo(NUMPY_TYPES[self.kind])
        codes = self.rng.integers(ends.min, ends.max, shape, ends.dtype, endpoint=True) if constant else None
        if codes is not None and self.rng.random() < 0.1:
            codes[...] = self.rng.choice((ends.min, ends.max))
        return TensorSpec(name, shape, (real,), (zero,), codes, TENSOR_TYPES.index(self.kind))

    def scale(self) -> float:
        width = 1 if self.kind == "INT8" else 1 / 256
        return width * (scale(self.rng, 1e-4, 100) if self.rng.random() < 0.1 else scale(self.rng, 0.01, 0.1))

    def constant(self, shape: Shape) -> int:
        """The index of a new constant."""
        self.tensors.append(self.tensor(f"{self.name}/constant", shape, self.scale(), constant=True))
        return len(self.tensors) - 1

    def given(self, shape: Shape) -> int:
        """The index of another input."""
        self.tensors.append(self.tensor(f"{self.name}/input", shape, self.scale()))
        self.inputs.append(len(self.tensors) - 1)
        return self.inputs[-1]

    def combine(self, first: int, second: int) -> int:
        """The index of what the operator makes of two tensors, in whichever order; its scale lets most results stay within the codes."""
        pair = (first, second) if self.rng.random() < 0.5 else (second, first)
        one, other = (self.tensors[i] for i in pair)
        real = float(np.float32(self.spread(one.scales[0], other.scales[0], self.kind) * np.exp(self.rng.uniform(-1, 1))))
        shape = np.broadcast_shapes(one.shape, other.shape)
        self.tensors.append(self.tensor(f"{self.name}/out_{len(self.tensors)}", shape, real))
        self.operators.append(CaseOperator(self.operator, pair, (len(self.tensors) - 1,), self.options(fused_activation(self.rng))))
        return len(self.tensors) - 1


def far(one: float, other: float, kind: str) -> float:
    """A usual scale of a sum."""
    return float(np.hypot(one, other))


def random_binary(
    rng: np.random.Generator,
    name: str,
    operator: str,
    options: Callable[[str], object],
    spread: Callable[..., float] = far,
    clips: bool = True,
) -> Case:
    """Operands are the input and a constant, the input itself, two inputs, or the input and what the same operator made of it.

    Args:
        rng, name, operator: as for every random case.
        options: makes the operator's out of a fused activation.
        spread: a usual scale of the result, of both operands' scales and their type.
        clips: whether numbers of int32 may have a fused activation.
    """
    kind = str(rng.choice(("INT8", "INT16", "INT32"), p=(0.6, 0.3, 0.1)))
    if kind == "INT32":
        return random_elementwise(rng, name, operator, (kind, kind), kind, options(fused_activation(rng) if clips else "NONE"))
    model = Arithmetic(rng, name, kind, operator, options, spread)
    shape = model.tensors[0].shape
    way = rng.random()
    if way < 0.4:
        last = model.combine(0, model.constant(partner(rng, shape)))
    elif way < 0.5:
        last = model.combine(0, 0)
    elif way < 0.65:
        last = model.combine(0, model.given(partner(rng, shape)))
    else:
        last = model.combine(0, model.combine(0, model.constant(partner(rng, shape))))
    return Case(model.tensors, model.operators, tuple(model.inputs), (last,))
