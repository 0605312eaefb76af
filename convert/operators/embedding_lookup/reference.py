"""EMBEDDING_LOOKUP as integers."""

from __future__ import annotations

from collections.abc import Mapping

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.checks import arity, refused
from plumbline.convert.operators.shared.data_movement.reference import Moves
from plumbline.convert.operators.shared.rows.reference import Rows, looked_up, steps_of


def check_embedding_lookup(operator: Operator) -> Rows | Moves:
    """Check an EMBEDDING_LOOKUP operator.

    Raises:
        ModelRefused, UnsupportedOperator: see `looked_up`; the output may be float32 in TFLM, but not here.
    """
    arity(operator, 2)
    indices, table = operator.inputs
    if table is None or indices is None or len(table.shape) < 2 or len(indices.shape) != 1:
        raise refused(operator, "wants a list of numbers, and a table of two dimensions or more")
    row = steps_of(table.shape)[0]
    return looked_up(operator, table, indices, (*indices.shape, *table.shape[1:]), 1, 1, table.elements, [row])


def counted(operator: Operator) -> Mapping[int, tuple[int, ...]]:
    """The rows."""
    indices, table = operator.inputs
    return {0: table.shape[:1]} if table is not None and indices is not None and indices.computed else {}
