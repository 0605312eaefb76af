"""QUANTIZE as C: between int8 scales a table, between other types a multiplication, from float32 numbers a division."""

from __future__ import annotations

import numpy as np

from plumbline.common.quantization import formula
from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.floats import literal
from plumbline.convert.operators.quantize.reference import QuantizeReference, check_quantize
from plumbline.convert.operators.quantize.requantize import Requantize
from plumbline.convert.operators.shared.binary.code import minus, scaled
from plumbline.convert.operators.shared.lookup.code import lookup_step
from plumbline.convert.operators.step import Step

TEMPLATE = "quantize.c.j2"
HELPERS = ("load_float",)


def compile_quantize(operator: Operator, name: str) -> Step:
    """Turn an operator into its table, if it has one, and the facts of its template. Raises what `check_quantize` raises."""
    layer = check_quantize(operator)
    if isinstance(layer, Requantize):
        return requantized(operator, name, layer)
    if not isinstance(layer, QuantizeReference):
        return lookup_step(operator.title, name, layer, "input on another scale")
    zero = layer.output.zero_point
    facts = {
        "path": operator.title,
        "elements": layer.elements,
        "output": formula(layer.output),
        "scale": literal(layer.output.scale),
        "zero_point": zero,
        "type": operator.outputs[0].c_type,
        "lowest": layer.limits[0] - zero,
        "highest": layer.limits[1] - zero,
    }
    return Step(name, TEMPLATE, HELPERS, (), facts)


def requantized(operator: Operator, name: str, layer: Requantize) -> Step:
    """The facts of codes of one type that become codes of another."""
    source, target = operator.run_time_inputs[0], operator.outputs[0]
    wide = source.type == "INT32"
    multiplier = layer.multiplier
    distance = f"(int32_t)input[i]{minus(layer.input.zero_point)}"
    if layer.exact:
        product = "distance"
    elif wide:
        product = f"plumbline_scaled_int32(distance, {multiplier.mantissa}, {multiplier.right_shift})"
    else:
        product = scaled("distance", multiplier)
    ends = np.iinfo(target.dtype)
    facts = {
        "path": operator.title,
        "elements": layer.elements,
        "types": (source.c_type, target.c_type),
        "input": formula(layer.input),
        "output": formula(layer.output),
        "distance": distance,
        "code": product + minus(-layer.output.zero_point),
        "ends": None if target.type == "INT32" else (int(ends.min), int(ends.max)),
        "cast": f"{target.dtype.name}_t",
    }
    helpers = () if layer.exact else ("scaled_int32",) if wide else ("scaled_fast",)
    return Step(name, "requantize_types.c.j2", helpers, (), facts, in_place=(0,))
