"""GATHER as integers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import whole
from plumbline.convert.operators.shared.checks import arity, options_of, refused
from plumbline.convert.operators.shared.data_movement.reference import Moves, axis_of
from plumbline.convert.operators.shared.rows.reference import Rows, looked_up


@dataclass(frozen=True)
class GatherOptions:
    """Options of GATHER."""

    axis: Annotated[int, whole(0)]
    """Negative from the back."""
    batch_dims: Annotated[int, whole(1)]
    """First dimensions that table and indices share; negative from the back of the indices."""


def check_gather(operator: Operator) -> Rows | Moves:
    """Check a GATHER operator.

    Raises:
        ModelRefused, UnsupportedOperator: see `looked_up`; an axis that is none, or batches that differ.
    """
    options = options_of(operator, GatherOptions)
    arity(operator, 2)
    table, indices = operator.inputs
    if table is None or indices is None:
        raise refused(operator, "lacks an input")
    rank = len(table.shape)
    axis = axis_of(operator, options.axis, rank)
    shared = options.batch_dims + (len(indices.shape) if options.batch_dims < 0 else 0)
    if not 0 <= shared <= min(axis, len(indices.shape)) or table.shape[:shared] != indices.shape[:shared]:
        raise refused(operator, f"looks {indices.shape} up in {table.shape} along axis {axis} with {options.batch_dims} dimensions in common")
    shape = (*table.shape[:axis], *indices.shape[shared:], *table.shape[axis + 1 :])
    batches, blocks, row = (math.prod(part) for part in (table.shape[:shared], table.shape[shared:axis], table.shape[axis + 1 :]))
    return looked_up(operator, table, indices, shape, batches, blocks, table.shape[axis] * row, [row])


def counted(operator: Operator) -> Mapping[int, tuple[int, ...]]:
    """The parts along the axis."""
    table, indices = operator.inputs
    options = options_of(operator, GatherOptions)
    return {1: (table.shape[options.axis],)} if table is not None and indices is not None and indices.computed else {}
