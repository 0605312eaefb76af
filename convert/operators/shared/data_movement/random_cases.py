"""Random operators that move values: a model to which one is added after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from plumbline.convert.model.graph import NUMPY_TYPES
from plumbline.convert.model.schema import TENSOR_TYPES
from plumbline.convert.operators.cases import INT32, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.data_movement.reference import Values
from plumbline.convert.operators.shared.random_values import Shape, scale, zero_point

SIZES = (1, 2, 2, 3, 4, 6)
"""Of dimensions."""


class Movement:
    """A model so far: tensor 0 is its input, all have one type, scale and zero point; with `rescaled` those of the input may be others.

    Args:
        rng: random numbers.
        name: what its tensors' names begin with.
        types: one of them is chosen.
        shape: of the input; without it any of 1 to 4 dimensions, or of `rank`.
        rescaled: see above.
        sizes: of the dimensions that are chosen.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        name: str,
        types: Sequence[str] = ("INT8",),
        rank: int | None = None,
        shape: Shape | None = None,
        rescaled: bool = False,
        sizes: Sequence[int] = SIZES,
    ) -> None:
        self.rng, self.name = rng, name
        self.type = str(rng.choice(types)) if len(types) > 1 else types[0]
        self.scale: tuple[float, ...]
        self.zero: tuple[int, ...]
        self.tensors: list[TensorSpec] = []
        self.operators: list[CaseOperator] = []
        self.quantize()
        chosen = tuple(int(size) for size in rng.choice(sizes, rank or int(rng.integers(1, 5)))) if shape is None else shape
        self.add("input", chosen)
        if rescaled and rng.random() < 0.3:
            self.quantize()

    def quantize(self) -> None:
        """Choose scale and zero point of the tensors that are added from now on: int16 has no zero point, and other types have neither."""
        self.scale, self.zero = (scale(self.rng, 0.01, 0.1),), (zero_point(self.rng) if self.type == "INT8" else 0,)
        if self.type not in ("INT8", "INT16"):
            self.scale = self.zero = ()

    def shape(self, index: int) -> Shape:
        return self.tensors[index].shape

    def add(self, what: str, shape: Shape, data: Values | None = None) -> int:
        """The index of a new tensor, computed at run time unless it has data."""
        self.tensors.append(TensorSpec(f"{self.name}/{what}", shape, self.scale, self.zero, data, TENSOR_TYPES.index(self.type)))
        return len(self.tensors) - 1

    def constant(self, shape: Shape) -> int:
        """The index of a new constant."""
        dtype = np.dtype(NUMPY_TYPES[self.type])
        lowest, highest = (0, 1) if self.type == "BOOL" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
        return self.add("constant", shape, self.rng.integers(lowest, highest, shape, np.int64, endpoint=True).astype(dtype))

    def numbers(self, *values: int, scalar: bool = False, shape: Shape | None = None, kind: int | None = None) -> int:
        """The index of a constant of int32 numbers, or of another kind."""
        data = np.array(values, NUMPY_TYPES[TENSOR_TYPES[kind or INT32]]).reshape(shape or -1)
        self.tensors.append(TensorSpec(f"{self.name}/numbers", () if scalar else data.shape, data=data, kind=kind or INT32))
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

    def looked_up(self, operator: str, shape: Shape, sizes: Shape, result: Shape, options: object | None = None, indices_first: bool = False) -> Case:
        """A model that looks up in tensor 0, or in a constant in its place, by indices of this shape that count `sizes` in turn."""
        inputs = [0]
        run_time = self.rng.random() < 0.5
        if run_time:
            self.tensors.append(TensorSpec(f"{self.name}/indices", shape, kind=INT32))
            indices, inputs = len(self.tensors) - 1, [0, len(self.tensors) - 1]
        else:
            known = self.rng.integers(0, np.resize(sizes, int(np.prod(shape))))
            indices = self.numbers(*(int(each) for each in known), scalar=not shape, shape=shape)
        if run_time and self.rng.random() < 0.5:
            table = self.constant(self.shape(0))
            inputs = inputs[1:]
        else:
            table = 0
        output = self.add("rows", result)
        self.apply(operator, (indices, table) if indices_first else (table, indices), (output,), options)
        return Case(self.tensors, self.operators, tuple(inputs), (output,))


Move = Callable[[Movement, int], int]
"""Adds an operator on a tensor; the index of what comes out."""


def random_movement(
    rng: np.random.Generator,
    name: str,
    move: Move,
    types: Sequence[str],
    rescaled: bool = True,
    rank: int | None = None,
    sizes: Sequence[int] = SIZES,
) -> Case:
    """One operator; what takes a tensor apart is mostly followed by one that puts it together."""
    net = Movement(rng, name, types, rank, rescaled=rescaled, sizes=sizes)
    return net.case(move(net, 0))
