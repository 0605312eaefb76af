"""Random operators that move codes: a model to which one is added after the other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from plumbline.convert.operators.cases import INT32, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.random_values import Shape, scale, zero_point


class Movement:
    """A model so far: tensor 0 is its input, all have one scale and zero point."""

    def __init__(self, rng: np.random.Generator, name: str, rank: int | None = None) -> None:
        self.rng, self.name = rng, name
        self.scale, self.zero = (scale(rng, 0.01, 0.1),), (zero_point(rng),)
        self.tensors: list[TensorSpec] = []
        self.operators: list[CaseOperator] = []
        self.add("input", tuple(int(size) for size in rng.choice((1, 2, 2, 3, 4, 6), rank or int(rng.integers(1, 5)))))

    def shape(self, index: int) -> Shape:
        return self.tensors[index].shape

    def add(self, what: str, shape: Shape) -> int:
        """The index of a new tensor computed at run time."""
        self.tensors.append(TensorSpec(f"{self.name}/{what}", shape, self.scale, self.zero))
        return len(self.tensors) - 1

    def constant(self, shape: Shape) -> int:
        codes = self.rng.integers(-128, 128, shape).astype(np.int8)
        self.tensors.append(TensorSpec(f"{self.name}/constant", shape, self.scale, self.zero, codes))
        return len(self.tensors) - 1

    def numbers(self, *values: int, scalar: bool = False, shape: Shape | None = None) -> int:
        """The index of a constant of int32 numbers."""
        data = np.array(values, np.int32).reshape(shape or -1)
        self.tensors.append(TensorSpec(f"{self.name}/numbers", () if scalar else data.shape, data=data, kind=INT32))
        return len(self.tensors) - 1

    def axis(self, rank: int) -> tuple[int, int]:
        """An axis, and the same as an operator names it."""
        axis = int(self.rng.integers(rank))
        return axis, axis - rank if self.rng.random() < 0.3 else axis

    def apply(self, operator: str, inputs: tuple[int, ...], outputs: tuple[int, ...], options: object | None = None) -> None:
        self.operators.append(CaseOperator(operator, inputs, outputs, options))

    def case(self, last: int) -> Case:
        """The model up to a tensor."""
        return Case(self.tensors, self.operators, (0,), (last,))


Move = Callable[[Movement, int], int]
"""Adds an operator on a tensor; the index of what comes out."""


def random_movement(rng: np.random.Generator, name: str, move: Move) -> Case:
    """One operator; what takes a tensor apart is mostly followed by one that puts it together."""
    net = Movement(rng, name)
    return net.case(move(net, 0))
