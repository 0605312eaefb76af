"""What operators print that answer each code by itself: an addition and a clamp where that says it all, else a table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from plumbline.common.quantization import formula
from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.fixed_point import INT8
from plumbline.convert.operators.registration import Elsewhere, Registration
from plumbline.convert.operators.shared.lookup.reference import Codes, Lookup, places_looked_up
from plumbline.convert.operators.shared.sigmoid_lines.code import sigmoid_lines_step
from plumbline.convert.operators.shared.sigmoid_lines.reference import SigmoidLines
from plumbline.convert.operators.shared.slopes.code import slopes_step
from plumbline.convert.operators.shared.slopes.reference import Slopes
from plumbline.convert.operators.step import Step

TEMPLATE = "lookup.c.j2"
CONSTANTS = ("table",)
EVERY = np.arange(-128, 128)


Unary = Lookup | Slopes | SigmoidLines
"""What an operator may be that answers each code by itself: a table of int8 codes, or arithmetic of int16 codes."""


WIDE: dict[str, Any] = {"types": ("INT8", "INT16"), "version": 3, "elsewhere": {"chirale": Elsewhere(version=2)}}
"""Fields of the registration of one that has int16 too, which came with version 3."""


def lookup(name: str, check: Callable[..., Unary], meaning: str, accepts: str, **traits: Any) -> Registration:
    """Register an operator that answers each code by itself; `traits` are further fields of Registration."""
    compiled = partial(compile_lookup, check, meaning)
    return Registration(name, check, compiled, accepts, constants=CONSTANTS, looks_up=places_looked_up, **traits)


def compile_lookup(check: Callable[[Operator], Unary], meaning: str, operator: Operator, name: str) -> Step:
    """Turn an operator into its table, if it needs one, and the facts of its template.

    Args:
        check: the operator's own.
        meaning: the real output in terms of the real `input`.
        operator: from the graph.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see its check.
    """
    return lookup_step(operator.title, name, check(operator), meaning)


def lookup_step(path: str, name: str, layer: Unary, meaning: str) -> Step:
    """The same for a checked layer; `path` is for the comment above it."""
    if isinstance(layer, Slopes):
        return slopes_step(path, name, layer, meaning)
    if isinstance(layer, SigmoidLines):
        return sigmoid_lines_step(path, name, layer, meaning)
    lowest, highest = int(layer.table.min()), int(layer.table.max())
    offset = shift(layer.table)
    table = Constant(f"{name}_table", layer.table, f"output code of each input code from -128 to 127: {meaning}")
    facts = {
        "path": path,
        "elements": layer.elements,
        "meaning": meaning,
        "input": formula(layer.input),
        "output": formula(layer.output),
        "offset": offset,
        "lowest": lowest if offset is not None and INT8[0] + offset < lowest else None,
        "highest": highest if offset is not None and INT8[1] + offset > highest else None,
    }
    return Step(name, TEMPLATE, (), (table,) if offset is None else (), facts, in_place=(0,))


def shift(table: Codes) -> int | None:
    """The number that, added to each code and then kept between the table's lowest and highest, gives the table; None where there is none."""
    wide = table.astype(np.int64)
    inside = (wide > wide.min()) & (wide < wide.max())
    offset = int((wide - EVERY)[inside][0]) if inside.any() else 0
    return offset if np.array_equal(wide, np.clip(EVERY + offset, wide.min(), wide.max())) else None
