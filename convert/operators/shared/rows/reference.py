"""What GATHER, GATHER_ND and EMBEDDING_LOOKUP share: rows of a table, copied to where an index stands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.shared.checks import refused, unsupported
from plumbline.convert.operators.shared.data_movement.loops import Copy, Loop, along, simplified
from plumbline.convert.operators.shared.data_movement.reference import Moves, moved

Values = NDArray[Any]
TYPES = ("INT8",)
"""Of the rows: those of TFLM's kernels that are not float32 (gather.cc, gather_nd.cc, embedding_lookup.cc)."""


@dataclass(frozen=True)
class Rows:
    """`batches` times: for each of `blocks` parts of a table, the rows at `count` places, of which each is the sum of indices times `steps`.

    An index beyond the table finds its first or last row. TFLM's GATHER does not look, and reads what is beside the table; the others fail.
    """

    shapes: tuple[tuple[int, ...], ...]
    """Of the run-time inputs, for people."""
    output: tuple[int, ...]
    """Shape."""
    table: Values | None
    """The table where it is a constant, one behind the other; else the first run-time input is."""
    batches: int
    blocks: int
    count: int
    size: int
    """Elements of a block."""
    row: int
    """Elements of a row."""
    steps: tuple[int, ...]
    indices_first: bool
    """Whether the indices come before the table among the inputs."""

    @property
    def highest(self) -> int:
        """The last place where a row begins, in steps where there is one index for each, else in elements."""
        last = self.size - self.row
        return last // self.steps[0] if len(self.steps) == 1 else last

    def places(self, indices: Values) -> Values:
        """Where rows begin in a block (..., count), for indices (..., count, steps)."""
        if len(self.steps) == 1:
            return np.asarray(np.clip(indices[..., 0].astype(np.int64), 0, self.highest) * self.steps[0])
        sums = (indices.astype(np.int64) * np.array(self.steps)).sum(axis=-1)
        wrapped = sums.astype(np.uint32).view(np.int32)  # int32, as the kernel adds them
        return np.asarray(np.clip(wrapped, 0, self.highest), np.int64)

    def answer(self, *sources: Values) -> Values:
        """Answer the values (N, elements) of each run-time input with values (N, elements)."""
        given = sources[0 if self.indices_first else -1]
        indices = given.reshape(len(given), self.batches, 1, self.count, len(self.steps))
        parts = np.arange(self.batches * self.blocks).reshape(self.batches, self.blocks, 1) * self.size
        begins = (self.places(indices) + parts)[..., np.newaxis] + np.arange(self.row)
        table = sources[-1 if self.indices_first else 0] if self.table is None else np.broadcast_to(self.table, (len(indices), len(self.table)))
        return np.asarray(np.take_along_axis(table, begins.reshape(len(indices), -1), 1))


def looked_up(
    operator: Operator, table: Tensor | None, indices: Tensor | None, shape: tuple[int, ...], batches: int, blocks: int, size: int, steps: list[int]
) -> Rows | Moves:
    """The rows that indices look up: copies where they are constants.

    Args:
        operator: with one output.
        table: its values.
        indices: of type INT32, one after the other for each row.
        shape: what the output must be.
        batches, blocks, size, steps: see Rows.

    Raises:
        ModelRefused: an input is missing, a shape is another one, or a constant index lies beyond the table.
        UnsupportedOperator: a type that the integer kernels do not have, or constants alone.
    """
    target = operator.outputs[0]
    if table is None or indices is None:
        raise refused(operator, "lacks an input")
    moved(operator, [table], operator.outputs, TYPES, constants=indices.data is None)
    if indices.type != "INT32":
        raise unsupported(operator, f"with indices of type {indices.type}")
    if target.shape != shape or not target.elements:
        raise refused(operator, f"maps shapes {table.shape} and {indices.shape} to {target.shape} instead of {shape}")
    count = indices.elements // (batches * len(steps))
    row = target.elements // (batches * blocks * count)
    shapes = tuple(tensor.shape for tensor in operator.run_time_inputs)
    values = None if table.data is None else table.values().ravel()
    rows = Rows(shapes, shape, values, batches, blocks, count, size, row, tuple(steps), operator.inputs[0] is indices)
    if indices.data is None:
        return rows
    known = cast(NDArray[np.int32], indices.values()).reshape(batches, 1, count, len(steps))
    exact = (known.astype(np.int64) * np.array(steps)).sum(axis=-1)
    if (exact != rows.places(known)).any():
        raise refused(operator, f"has indices beyond its table of shape {table.shape}")
    parts = np.arange(batches * blocks).reshape(batches, blocks, 1) * size
    at, loops = along([int(place) for place in (exact + parts).ravel()], 1, row)
    return Moves((table.shape,), (shape,), target.type, (Copy(0, 0, at, 0, simplified([*loops, Loop(row, 1, 1)])),))


def steps_of(shape: tuple[int, ...]) -> list[int]:
    """How far apart the elements are that an index along each axis counts."""
    return [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
