"""MEAN as C: loops over what it keeps, and inside them over what it averages."""

from __future__ import annotations

from plumbline.common.quantization import formula
from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.mean.reference import check_mean
from plumbline.convert.operators.shared.binary.code import VARIABLES, scaled, shown, times
from plumbline.convert.operators.step import Step

TEMPLATE = "mean.c.j2"
HELPERS = ("scaled",)


def compile_mean(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_mean` raises."""
    layer = check_mean(operator)
    walk = list(zip(VARIABLES, layer.runs, strict=False))
    kept = [(variable, run) for variable, run in walk if not run.averaged]
    places, elements = [], 1
    for variable, run in reversed(kept):
        places.append(times(variable, elements))
        elements *= run.count
    facts = {
        "path": operator.layer,
        "shape": shown(layer.shape),
        "result": shown(operator.outputs[0].shape),
        "summands": layer.summands,
        "input": formula(layer.input),
        "output": formula(layer.output),
        "start": -layer.input.zero_point * layer.summands,
        "kept": kept,
        "averaged": [(variable, run) for variable, run in walk if run.averaged],
        "from": " + ".join(times(variable, run.stride) for variable, run in walk) or "0",
        "to": " + ".join(reversed(places)) or "0",
        "code": scaled("sum", layer.multiplier),
        "zero_point": layer.output.zero_point,
    }
    return Step(name, TEMPLATE, HELPERS, (), facts)
