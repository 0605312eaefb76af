"""CUMSUM as C: what its template prints."""

from __future__ import annotations

from plumbline.common.quantization import formula
from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.cumsum.reference import check_cumsum
from plumbline.convert.operators.shared.binary.code import minus, shown
from plumbline.convert.operators.step import Step

TEMPLATE = "cumsum.c.j2"


def compile_cumsum(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_cumsum` raises."""
    layer = check_cumsum(operator)
    before, size, behind = layer.shape
    right = -layer.multiplier.shift
    rounded = f"(high + (high >> 63) + ((int64_t)1 << {right - 1})) >> {right}" if right else "high"
    facts = {
        "path": operator.title,
        "shape": shown(operator.outputs[0].shape),
        "before": before,
        "size": size,
        "behind": behind,
        "exclusive": layer.exclusive,
        "reverse": layer.reverse,
        "wraps": layer.wraps,
        "input": formula(layer.input),
        "output": formula(layer.output),
        "start": -layer.input.zero_point,
        "first": behind * (size - 1) if layer.reverse else 0,
        "distance": f"input[at]{minus(layer.input.zero_point)}",
        "mantissa": layer.multiplier.mantissa,
        "code": f"(int32_t)({rounded}){minus(-layer.output.zero_point)}",
    }
    return Step(name, TEMPLATE, (), (), facts, in_place=(0,))
