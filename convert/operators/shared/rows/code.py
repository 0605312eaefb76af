"""Facts that operators print which look rows up, by rows.c.j2."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.binary.code import shown, times
from plumbline.convert.operators.shared.data_movement.code import CONSTANTS, LONG, step_of
from plumbline.convert.operators.shared.data_movement.reference import Moves
from plumbline.convert.operators.shared.rows.reference import Rows
from plumbline.convert.operators.step import Step


def row_lookup(name: str, check: Callable[[Operator], Rows | Moves], accepts: str, **traits: Any) -> Registration:
    """Register an operator that looks rows up; `traits` are further fields of Registration."""
    return Registration(name, check, partial(compile_rows, check), accepts, constants=CONSTANTS, **traits)


def compile_rows(check: Callable[[Operator], Rows | Moves], operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what its check raises."""
    layer = check(operator)
    if isinstance(layer, Moves):
        return step_of(layer, "rows looked up", operator, name)
    long = layer.row >= LONG
    arguments = ["const plumbline_int32 *indices", *(["const int8_t *table"] if layer.table is None else [])]
    facts: dict[str, Any] = {
        "path": operator.title,
        "shapes": ", ".join(shown(shape) for shape in layer.shapes),
        "result": shown(layer.output),
        "table": "table" if layer.table is None else f"{name}_operand",
        "argument": layer.table is None,
        "arguments": arguments if layer.indices_first else arguments[::-1],
        "layer": layer,
        "long": long,
        "sum": " + ".join(f"(uint32_t){times(f'index[{number}]', step)}{'u' if step > 1 else ''}" for number, step in enumerate(layer.steps)),
    }
    operand = () if layer.table is None else (Constant(f"{name}_operand", layer.table, "the table"),)
    return Step(name, "rows.c.j2", ("move_bytes", "within") if long else ("within",), operand, facts)
