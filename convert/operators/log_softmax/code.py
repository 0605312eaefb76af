"""LOG_SOFTMAX as C: its table of exponentials, and what its template prints."""

from __future__ import annotations

import numpy as np

from plumbline.common.quantization import formula
from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.log_softmax.reference import check_log_softmax
from plumbline.convert.operators.step import Step

TEMPLATE = "log_softmax.c.j2"
HELPERS = ("logarithm", "shifted")


def compile_log_softmax(operator: Operator, name: str) -> Step:
    """Turn an operator into its table and the facts of its template. Raises what `check_log_softmax` raises."""
    layer = check_log_softmax(operator)
    table = Constant(f"{name}_exp", layer.exponentials.astype(np.int32), "exp(-input scale * index), of 2^-31")
    facts = {
        "path": operator.title,
        "rows": layer.rows,
        "depth": layer.depth,
        "entries": len(layer.exponentials),
        "input": formula(operator.run_time_inputs[0].quantized),
        "factor": layer.multiplier.mantissa << layer.multiplier.left_shift,
    }
    return Step(name, TEMPLATE, HELPERS, (table,), facts)
