"""L2_NORMALIZATION as C: what its template prints."""

from __future__ import annotations

from plumbline.common.quantization import formula
from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.l2_normalization.reference import check_l2_normalization
from plumbline.convert.operators.shared.binary.code import minus
from plumbline.convert.operators.step import Step

TEMPLATE = "l2_normalization.c.j2"
HELPERS = ("code", "inverse_root", "scaled")


def compile_l2_normalization(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_l2_normalization` raises."""
    layer = check_l2_normalization(operator)
    facts = {
        "path": operator.title,
        "rows": layer.rows,
        "depth": layer.depth,
        "input": formula(layer.input),
        "distance": f"input[i]{minus(layer.input.zero_point)}",
    }
    return Step(name, TEMPLATE, HELPERS, (), facts, in_place=(0,))
