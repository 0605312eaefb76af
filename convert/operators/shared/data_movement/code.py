"""Facts that the operators which only move values print, all by data_movement.c.j2."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.binary.code import VARIABLES, shown, times
from plumbline.convert.operators.shared.data_movement.loops import Copy, Loop, simplified
from plumbline.convert.operators.shared.data_movement.reference import Moves, Start
from plumbline.convert.operators.step import Step

TEMPLATE = "data_movement.c.j2"
CONSTANTS = ("operand", "places")
LONG = 16
"""Bytes in a row from which on they are copied word by word: below, a call costs as much as it saves."""


def data_movement(name: str, check: Callable[[Operator], Moves], what: str, accepts: str, **traits: Any) -> Registration:
    """Register an operator that moves values: `what` it does, in words; `traits` are further fields of Registration."""
    compiled = partial(compile_moves, check, what)
    return Registration(name, check, compiled, accepts, constants=CONSTANTS, **traits)


def compile_moves(check: Callable[[Operator], Moves], what: str, operator: Operator, name: str) -> Step:
    """Turn an operator that moves values into the facts of its template.

    Args:
        check: the operator's own.
        what: the operator in words.
        operator: from the graph.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see its check.
    """
    return step_of(check(operator), what, operator, name)


def step_of(layer: Moves, what: str, operator: Operator, name: str) -> Step:
    """The same, checked already."""
    if layer.same_bytes:
        return Step(name, None, (), (), {}, same_bytes=True)
    sources = numbered("input", len(operator.run_time_inputs))
    targets = numbered("output", len(layer.outputs))
    arrays = [*sources, f"{name}_operand"]
    tables = Tables(f"{name}_places")
    itemsize = operator.outputs[0].dtype.itemsize
    start = layer.start
    copies = [described(copy, arrays[copy.source], targets[copy.target], tables, itemsize) for copy in layer.copies]
    if layer.in_place:
        copies[0] |= {"walk": [], "bytes": operator.outputs[0].bytes}
    begins = starting(start, sources[start.argument]) if start else []
    if start is not None and begins:
        side = "to" if start.target else "from"
        copies[start.copy] |= {side: begun(copies[start.copy][side])}
    known = layer.constants
    values = known if known is None or known.dtype != bool else known.astype(np.uint8)
    operand = [] if values is None else [Constant(f"{name}_operand", values, "values of the constant inputs")]
    facts: dict[str, Any] = {
        "path": operator.title,
        "what": what,
        "shapes": ", ".join(shown(shape) for shape in layer.shapes),
        "results": ", ".join(shown(shape) for shape in layer.outputs),
        "type": operator.outputs[0].c_type,
        "sources": [(tensor.c_type, each) for tensor, each in zip(operator.run_time_inputs, sources, strict=True)],
        "targets": targets,
        "fill": layer.fill,
        "fill_count": operator.outputs[0].elements,
        "copies": copies,
        "start": begins,
        "unread": sources[start.argument] if start and not begins else "",
        "kept": [sources[number] for number in layer.in_place],
    }
    helpers = [*(["move_bytes"] if any(copy["bytes"] for copy in copies) else []), *(["within"] if begins else [])]
    return Step(
        name,
        TEMPLATE,
        tuple(helpers),
        (*operand, *tables.constants()),
        facts,
        layer.in_place,
        parts=parts_of(layer, itemsize),
        joins=joins_of(layer, operator, itemsize),
    )


def parts_of(layer: Moves, itemsize: int) -> tuple[int, ...]:
    """Where each output begins in the input, in bytes; nothing where one of them is no part in one piece."""
    if len(layer.shapes) > 1 or not plain(layer) or [copy.target for copy in layer.copies] != list(range(len(layer.outputs))):
        return ()
    pieces = zip(layer.copies, layer.outputs, strict=True)
    together = all(not copy.target_at and copy.loops == simplified([Loop(math.prod(shape), 1, 1)]) for copy, shape in pieces)
    return tuple(copy.source_at * itemsize for copy in layer.copies) if together else ()


def joins_of(layer: Moves, operator: Operator, itemsize: int) -> tuple[int, ...]:
    """Where each run-time input begins in the output, in bytes; nothing where one of them does not lie in it in one piece, once."""
    sources = operator.run_time_inputs
    if len(layer.outputs) > 1 or not plain(layer) or [copy.source for copy in layer.copies] != list(range(len(sources))):
        return ()
    pieces = zip(layer.copies, sources, strict=True)
    together = all(not copy.source_at and copy.loops == simplified([Loop(tensor.elements, 1, 1)]) for copy, tensor in pieces)
    all_of_it = sum(tensor.elements for tensor in sources) == math.prod(layer.outputs[0])
    once = len({tensor.index for tensor in sources}) == len(sources)
    return tuple(copy.target_at * itemsize for copy in layer.copies) if together and all_of_it and once else ()


def plain(layer: Moves) -> bool:
    """Whether it only copies run-time inputs, to places that are known."""
    return layer.constants is None and layer.fill is None and layer.start is None and not layer.in_place


def begun(expression: str) -> str:
    """A place in memory as a C expression, counted from where a copy starts at run time."""
    name, bracket, at = expression.partition("[")
    if bracket:
        return f"{name}[start]" if at == "0]" else f"{name}[start + {at}"
    return f"{name} + start"


def starting(start: Start, indices: str) -> list[str]:
    """How far from its first place a copy starts, as parts of a sum in C."""
    parts = enumerate(zip(start.limits, start.strides, strict=True))
    return [times(f"plumbline_within({indices}[{axis}], {limit})", stride) for axis, (limit, stride) in parts if limit]


class Tables:
    """The places of all loops of a layer that look them up, in one array."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.places: list[int] = []

    def read(self, variable: str, table: tuple[int, ...]) -> str:
        """The C expression of a place in a table, which is added to the array."""
        start = len(self.places)
        self.places += table
        return f"{self.name}[{f'{start} + ' if start else ''}{variable}]"

    def constants(self) -> tuple[Constant, ...]:
        if not self.places:
            return ()
        largest = max(self.places)
        kind = "uint8" if largest < 1 << 8 else "uint16" if largest < 1 << 16 else "int32"
        places: NDArray[np.integer[Any]] = np.array(self.places).astype(kind)
        return (Constant(self.name, places, "where the input is read"),)


def numbered(name: str, count: int) -> list[str]:
    """Names of the C function's arguments."""
    return [name] if count == 1 else [f"{name}_{number}" for number in range(count)]


def described(copy: Copy, source: str, target: str, tables: Tables, itemsize: int) -> dict[str, Any]:
    """The loops of a copy and the C expressions of both places; `bytes` of the innermost loop where they are copied as words."""
    loops = copy.loops
    inner = loops[-1] if loops else None
    long = inner is not None and (inner.source, inner.target) == (1, 1) and inner.count * itemsize >= LONG
    walk: list[tuple[str, Loop]] = list(zip(VARIABLES, loops[:-1] if long else loops, strict=False))
    looked_up = [tables.read(variable, loop.table) for variable, loop in walk if loop.table]
    to = place([(variable, loop.target) for variable, loop in walk], copy.target_at, [])
    at = place([(variable, loop.source) for variable, loop in walk], copy.source_at, looked_up)
    return {
        "walk": walk,
        "to": f"{target} + {to}" if long and to != "0" else target if long else f"{target}[{to}]",
        "from": f"{source} + {at}" if long and at != "0" else source if long else f"{source}[{at}]",
        "bytes": inner.count * itemsize if long and inner else 0,
    }


def place(steps: list[tuple[str, int]], at: int, looked_up: list[str]) -> str:
    """A place in memory as a C expression; steps may go backwards."""
    forward = [*(times(variable, stride) for variable, stride in steps if stride > 0), *looked_up]
    backward = [times(variable, -stride) for variable, stride in steps if stride < 0]
    start = [str(at)] if at or not forward else []
    return " - ".join([" + ".join([*start, *forward]), *backward])
