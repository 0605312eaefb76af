"""What reductions print: loops over what is kept, and inside them over what is reduced."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from plumbline.common.quantization import formula
from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.fixed_point import INT8
from plumbline.convert.operators.registration import Elsewhere, Registration
from plumbline.convert.operators.shared.binary.code import VARIABLES, scaled, shown, times
from plumbline.convert.operators.shared.reduction.extreme import ExtremeReference
from plumbline.convert.operators.shared.reduction.reference import ReducerOptions, Reduction
from plumbline.convert.operators.shared.reduction.total import TYPES, TotalReference
from plumbline.convert.operators.step import Step

REDUCER: dict[str, Any] = {"options": ReducerOptions, "options_number": 27}


def total(name: str, check: Callable[[Operator], TotalReference], word: str) -> Registration:
    """Register a MEAN or SUM; the word is what it is called in the comment above its function."""
    accepts = "int8 or int16; any constant axes; any output scale"
    older = {"chirale": Elsewhere(version=2)}  # int16 came with version 3
    return Registration(name, check, partial(compile_total, check, word), accepts, TYPES, version=3, elsewhere=older, **REDUCER)


def extreme(name: str, check: Callable[[Operator], ExtremeReference], **traits: Any) -> Registration:
    """Register a REDUCE_MAX, REDUCE_MIN, ARG_MAX or ARG_MIN; `traits` are further fields of Registration."""
    return Registration(name, check, partial(compile_extreme, check), **traits)


def described(operator: Operator, layer: Reduction) -> dict[str, Any]:
    """Facts for the comment above a layer, its arguments and its loops, and where it reads and writes."""
    source, target = operator.run_time_inputs[0], operator.outputs[0]
    walk = list(zip(VARIABLES, layer.runs, strict=False))
    kept = [(variable, run) for variable, run in walk if not run.reduced]
    places, elements = [], 1
    for variable, run in reversed(kept):
        places.append(times(variable, elements))
        elements *= run.count
    return {
        "path": operator.title,
        "shape": shown(layer.shape),
        "result": shown(target.shape),
        "summands": layer.summands,
        "input_type": source.c_type,
        "output_type": target.c_type,
        "kept": kept,
        "reduced": [(variable, run) for variable, run in walk if run.reduced],
        "from": " + ".join(times(variable, run.stride) for variable, run in walk) or "0",
        "to": " + ".join(reversed(places)) or "0",
    }


def compile_total(check: Callable[[Operator], TotalReference], word: str, operator: Operator, name: str) -> Step:
    """Turn a MEAN or SUM into the facts of its template. Raises what its check raises."""
    layer = check(operator)
    lowest, highest = layer.limits
    facts = {
        **described(operator, layer),
        "word": word,
        "input": formula(layer.input),
        "output": formula(layer.output),
        "start": -layer.input.zero_point * layer.summands,
        "code": scaled("sum", layer.multiplier),
        "zero_point": layer.output.zero_point,
        "lowest": lowest,
        "highest": highest,
        "cast": f"{operator.outputs[0].dtype.name}_t",
    }
    return Step(name, "total.c.j2", ("scaled_fast",), (), facts)


def compile_extreme(check: Callable[[Operator], ExtremeReference], operator: Operator, name: str) -> Step:
    """Turn a REDUCE_MAX, REDUCE_MIN, ARG_MAX or ARG_MIN into the facts of its template. Raises what its check raises."""
    layer = check(operator)
    facts = described(operator, layer)
    facts |= {
        "word": "largest" if layer.largest else "smallest",
        "symbol": ">" if layer.largest else "<",
        "start": INT8[0] if layer.largest else INT8[1],
        "place": (facts["reduced"][0][0] if facts["reduced"] else "0") if layer.place else None,
        "input": formula(layer.input),
    }
    return Step(name, "extreme.c.j2", (), (), facts)
