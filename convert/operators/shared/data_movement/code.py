"""Facts that the operators which only move codes print, all by data_movement.c.j2."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.binary.code import VARIABLES, shown, times
from plumbline.convert.operators.shared.data_movement.reference import Copy, Moves
from plumbline.convert.operators.step import Step

TEMPLATE = "data_movement.c.j2"
CONSTANTS = ("operand",)


def data_movement(name: str, check: Callable[[Operator], Moves], what: str, accepts: str, **traits: Any) -> Registration:
    """Register an operator that moves codes: `what` it does, in words; `traits` are further fields of Registration."""
    compiled = partial(compile_moves, check, what)
    return Registration(name, check, compiled, f"{accepts}; one scale and zero point for all", constants=CONSTANTS, **traits)


def compile_moves(check: Callable[[Operator], Moves], what: str, operator: Operator, name: str) -> Step:
    """Turn an operator that moves codes into the facts of its template.

    Args:
        check: the operator's own.
        what: the operator in words.
        operator: from the graph.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see its check.
    """
    layer = check(operator)
    sources = numbered("input", len(operator.run_time_inputs))
    targets = numbered("output", len(layer.outputs))
    arrays = [*sources, f"{name}_operand"]
    constants = (Constant(f"{name}_operand", layer.constants, "codes of the constant inputs"),) if len(layer.constants) else ()
    facts: dict[str, Any] = {
        "path": operator.layer,
        "what": what,
        "shapes": ", ".join(shown(shape) for shape in layer.shapes),
        "results": ", ".join(shown(shape) for shape in layer.outputs),
        "sources": sources,
        "targets": targets,
        "fill": layer.fill,
        "fill_bytes": operator.outputs[0].elements,
        "copies": [described(copy, arrays[copy.source], targets[copy.target]) for copy in layer.copies],
    }
    return Step(name, TEMPLATE, (), constants, facts)


def numbered(name: str, count: int) -> list[str]:
    """Names of the C function's arguments."""
    return [name] if count == 1 else [f"{name}_{number}" for number in range(count)]


def described(copy: Copy, source: str, target: str) -> dict[str, Any]:
    """The loops of a copy and the C expressions of both places."""
    walk = list(zip(VARIABLES, copy.loops, strict=False))
    places = [
        place(steps, at)
        for steps, at in (
            ([(variable, loop.target) for variable, loop in walk], copy.target_at),
            ([(variable, loop.source) for variable, loop in walk], copy.source_at),
        )
    ]
    return {"walk": walk, "to": f"{target}[{places[0]}]", "from": f"{source}[{places[1]}]"}


def place(steps: list[tuple[str, int]], at: int) -> str:
    """A place in memory as a C expression; steps may go backwards."""
    forward = [times(variable, stride) for variable, stride in steps if stride > 0]
    backward = [times(variable, -stride) for variable, stride in steps if stride < 0]
    start = [str(at)] if at or not forward else []
    return " - ".join([" + ".join([*start, *forward]), *backward])
