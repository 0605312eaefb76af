"""Random reductions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.operators.cases import INT16, INT32, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.random_values import Shape, scale, zero_point
from plumbline.convert.operators.shared.reduction.reference import ReducerOptions


@dataclass(frozen=True)
class Axes:
    """What is reduced, and how that is written."""

    shape: Shape
    keep: bool
    given: NDArray[np.int32]
    """Counted from either end, some twice."""
    scalar: bool
    """Whether the only one is written as a tensor without dimensions."""

    @property
    def resolved(self) -> set[int]:
        return {int(axis) % len(self.shape) for axis in self.given}

    @property
    def result(self) -> Shape:
        """The shape of the output."""
        return tuple(1 if axis in self.resolved else size for axis, size in enumerate(self.shape) if self.keep or axis not in self.resolved)

    @property
    def summands(self) -> int:
        return int(np.prod([self.shape[axis] for axis in self.resolved]))

    def of_shape(self, shape: Shape) -> Axes:
        return replace(self, shape=shape)

    def tensor(self, name: str) -> TensorSpec:
        return TensorSpec(f"{name}/axes", () if self.scalar else self.given.shape, data=self.given, kind=INT32)

    def case(self, operator: str, tensors: list[TensorSpec]) -> Case:
        """A case of tensors: input, output, axes."""
        return Case(tensors, [CaseOperator(operator, (0, 2), (1,), ReducerOptions(self.keep))], (0,), (1,))


def random_axes(rng: np.random.Generator) -> Axes:
    """Any axes of 1 to 5 dimensions; images over height and width among them."""
    shape = tuple(int(size) for size in rng.integers(1, 7, int(rng.integers(1, 6))))
    axes = rng.choice(len(shape), int(rng.integers(1, len(shape) + 1)), replace=rng.random() < 0.2)
    if rng.random() < 0.3:
        shape, axes = (int(rng.integers(1, 3)), *(int(size) for size in rng.integers(1, 9, 3))), rng.permutation((1, 2))
    given = np.where(rng.random(len(axes)) < 0.3, axes - len(shape), axes).astype(np.int32)
    return Axes(shape, bool(rng.integers(2)), given, len(given) == 1 and bool(rng.random() < 0.5))


def random_total(rng: np.random.Generator, name: str, operator: str) -> Case:
    """Of int8, or of int16 around 0; the output's scale spreads the results over its codes, or is the input's, or is far from both."""
    axes = random_axes(rng)
    real, zero = scale(rng, 0.01, 0.1), zero_point(rng)
    spread = real / np.sqrt(axes.summands) if operator == "MEAN" else real * np.sqrt(axes.summands)
    target = (real, zero) if rng.random() < 0.3 else (scale(rng, spread / 2, spread * 4), zero_point(rng))
    if rng.random() < 0.1:
        target = (scale(rng, real / 1000, real * 1e5), zero_point(rng))
    tensors = [TensorSpec("input", axes.shape, (real,), (zero,)), TensorSpec(f"{name}/out", axes.result, (target[0],), (target[1],))]
    if rng.random() < 0.3:
        wide = (scale(rng, spread / 2, spread * 4),)
        tensors = [replace(tensors[0], zero_points=(0,), kind=INT16), replace(tensors[1], scales=wide, zero_points=(0,), kind=INT16)]
    return axes.case(operator, [*tensors, axes.tensor(name)])


def random_extreme(rng: np.random.Generator, name: str, operator: str) -> Case:
    axes = random_axes(rng)
    quantization = (scale(rng, 0.01, 0.1),), (zero_point(rng),)
    tensors = [TensorSpec("input", axes.shape, *quantization), TensorSpec(f"{name}/out", axes.result, *quantization), axes.tensor(name)]
    return axes.case(operator, tensors)


def random_place(rng: np.random.Generator, name: str, operator: str) -> Case:
    """Along one of 1 to 4 axes, of up to 40 codes."""
    shape = list(map(int, rng.integers(1, 3, int(rng.integers(1, 5)))))
    axis = int(rng.integers(len(shape)))
    shape[axis] = int(rng.integers(1, 41))
    given = np.array([axis - len(shape) if rng.random() < 0.3 else axis], np.int32)
    tensors = [
        TensorSpec("input", tuple(shape), (scale(rng, 0.01, 0.1),), (zero_point(rng),)),
        TensorSpec(f"{name}/out", (*shape[:axis], *shape[axis + 1 :]), kind=INT32),
        TensorSpec(f"{name}/axis", (1,) if rng.random() < 0.5 else (), data=given, kind=INT32),
    ]
    return Case(tensors, [CaseOperator(operator, (0, 2), (1,))], (0,), (1,))
