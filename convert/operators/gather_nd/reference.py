"""GATHER_ND as integers."""

from __future__ import annotations

from collections.abc import Mapping

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.checks import arity, refused, unsupported
from plumbline.convert.operators.shared.data_movement.reference import Moves
from plumbline.convert.operators.shared.rows.reference import Rows, looked_up, steps_of

MOST = 5
"""Axes of TFLM's kernel (MAX_INDICES_ND in gather_nd.cc)."""


def check_gather_nd(operator: Operator) -> Rows | Moves:
    """Check a GATHER_ND operator.

    Raises:
        ModelRefused, UnsupportedOperator: see `looked_up`; more indices for a row than there are axes, or than TFLM takes.
    """
    arity(operator, 2)
    table, indices = operator.inputs
    if table is None or indices is None or not table.shape or not indices.shape:
        raise refused(operator, "lacks an input, or looks up in a single number")
    *many, axes = indices.shape
    if not 1 <= axes <= len(table.shape):
        raise refused(operator, f"has {axes} indices for a row of a table of shape {table.shape}")
    if axes > MOST:
        raise unsupported(operator, f"with {axes} indices for a row")
    return looked_up(operator, table, indices, (*many, *table.shape[axes:]), 1, 1, table.elements, steps_of(table.shape)[:axes])


def counted(operator: Operator) -> Mapping[int, tuple[int, ...]]:
    """The sizes of the axes."""
    table, indices = operator.inputs
    return {1: table.shape[: indices.shape[-1]]} if table is not None and indices is not None and indices.computed else {}
