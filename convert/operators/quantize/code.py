"""QUANTIZE as C: between int8 scales a table, from float32 numbers a division."""

from __future__ import annotations

from plumbline.common.quantization import formula
from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.floats import literal
from plumbline.convert.operators.quantize.reference import QuantizeReference, check_quantize
from plumbline.convert.operators.shared.lookup.code import lookup_step
from plumbline.convert.operators.step import Step

TEMPLATE = "quantize.c.j2"
HELPERS = ("float_bytes",)


def compile_quantize(operator: Operator, name: str) -> Step:
    """Turn an operator into its table, if it has one, and the facts of its template. Raises what `check_quantize` raises."""
    layer = check_quantize(operator)
    if not isinstance(layer, QuantizeReference):
        return lookup_step(operator.layer, name, layer, "input on another scale")
    zero = layer.output.zero_point
    facts = {
        "path": operator.layer,
        "elements": layer.elements,
        "output": formula(layer.output),
        "scale": literal(layer.output.scale),
        "zero_point": zero,
        "lowest": -128 - zero,
        "highest": 127 - zero,
    }
    return Step(name, TEMPLATE, HELPERS, (), facts)
