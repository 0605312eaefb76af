"""RESIZE_BILINEAR as C: what its template prints."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.resize_bilinear.reference import Axis, check_resize_bilinear
from plumbline.convert.operators.shared.binary.code import minus
from plumbline.convert.operators.step import Step


def compile_resize_bilinear(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what its check raises."""
    layer = check_resize_bilinear(operator)
    facts = {
        "path": operator.title,
        "batches": layer.batches,
        "channels": layer.channels,
        "axes": (layer.rows, layer.columns),
        "places": (place("y", layer.rows), place("x", layer.columns)),
    }
    return Step(name, "resize_bilinear.c.j2", (), (), facts)


def place(output: str, axis: Axis) -> str:
    """Where an output lies, as a C expression."""
    return f"{output} * {axis.step}{minus(-axis.offset) if axis.offset else ''}"
