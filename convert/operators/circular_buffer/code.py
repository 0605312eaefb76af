"""CIRCULAR_BUFFER as C: its buffer moves up in place, and is the output."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.circular_buffer.reference import check_circular_buffer
from plumbline.convert.operators.step import Step


def compile_circular_buffer(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_circular_buffer` raises."""
    layer = check_circular_buffer(operator)
    facts = {"path": operator.title, "slots": layer.slots, "depth": layer.depth, "kept": (layer.slots - 1) * layer.depth, "cycles": layer.cycles}
    return Step(name, "circular_buffer.c.j2", (), (), facts, shows_variable=True, ends=layer.ends)
