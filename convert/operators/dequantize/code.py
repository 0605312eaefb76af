"""DEQUANTIZE as C: the only operator besides QUANTIZE whose code computes with floats, for who wants numbers instead of codes."""

from __future__ import annotations

from plumbline.common.quantization import formula
from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.dequantize.reference import check_dequantize
from plumbline.convert.operators.floats import literal
from plumbline.convert.operators.shared.binary.code import minus
from plumbline.convert.operators.step import Step

TEMPLATE = "dequantize.c.j2"
HELPERS = ("store_float",)


def compile_dequantize(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_dequantize` raises."""
    layer = check_dequantize(operator)
    facts = {
        "path": operator.title,
        "elements": layer.elements,
        "type": operator.run_time_inputs[0].c_type,
        "input": formula(layer.input),
        "scale": literal(layer.input.scale),
        "distance": f"((int32_t)input[i]{minus(layer.input.zero_point)})",
    }
    return Step(name, TEMPLATE, HELPERS, (), facts)
