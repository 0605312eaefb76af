"""DIV as C: what its template prints."""

from __future__ import annotations

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.div.reciprocals import reciprocals
from plumbline.convert.operators.div.reference import DivReference, check_div
from plumbline.convert.operators.shared.binary import code
from plumbline.convert.operators.shared.binary.code import constants, described, elementwise, minus
from plumbline.convert.operators.shared.lookup.code import lookup_step
from plumbline.convert.operators.shared.lookup.reference import Lookup
from plumbline.convert.operators.shared.whole.code import whole_step
from plumbline.convert.operators.step import Step

CONSTANTS = (*code.CONSTANTS, "table", "reciprocals", "bits")


def compile_div(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_div` raises."""
    layer = check_div(operator)
    if not isinstance(layer, DivReference):
        return whole_step(operator, name, layer)
    for side, operand in enumerate(layer.operands):
        if operand.constant is not None and operand.constant.size == 1:
            meaning = "the constant divided by the input" if side == 0 else "the input divided by the constant"
            return lookup_step(operator.title, name, tabulated(layer, side), meaning)
    facts = described(operator.title, name, layer)
    place = f"{facts['elements'][1]} + 128"
    body = [
        f"const int32_t dividend = {facts['distances'][0]};",
        f"const int32_t divisor = {facts['distances'][1]};",
        f"const int32_t reciprocal = {name}_reciprocals[{place}];",
        f"int32_t code = plumbline_quotient(divisor < 0 ? -dividend : dividend, reciprocal, {name}_bits[{place}], {layer.multiplier.mantissa}, "
        f"{layer.multiplier.shift}){minus(-layer.output.zero_point)};",
        f"if (code < {layer.lowest}) {{",
        f"    code = {layer.lowest};",
        "}",
        f"if (code > {layer.highest}) {{",
        f"    code = {layer.highest};",
        "}",
        f"output[{facts['at']}] = (int8_t)code;",
    ]
    magnitudes = np.abs(np.arange(-128, 128) - layer.operands[1].zero_point)
    values, bits = (each[magnitudes] for each in reciprocals())
    known = (
        *constants(name, layer),
        Constant(f"{name}_reciprocals", values.astype(np.int32), "2^31 * 2^bits / divisor, of each code of the divisor from -128 to 127"),
        Constant(f"{name}_bits", bits.astype(np.int8), "their bits"),
    )
    return elementwise(facts, name, layer, "quotient", body, known, called=("quotient",))


def tabulated(layer: DivReference, side: int) -> Lookup:
    """The kernel of an operator of which one side is one constant."""
    codes = [np.arange(-128, 128, dtype=np.int64).reshape(-1, 1)] * 2
    held = layer.operands[side].constant
    assert held is not None
    codes[side] = np.broadcast_to(held.astype(np.int64).reshape(1, 1), (256, 1))
    first, second = (each - operand.zero_point for each, operand in zip(codes, layer.operands, strict=True))
    table = layer.divided(first, second).ravel()
    return Lookup(int(np.prod(layer.shape)), table, layer.operands[1 - side].quantized, layer.output)
