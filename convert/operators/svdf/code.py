"""SVDF as C: its constants, and what its template prints."""

from __future__ import annotations

from typing import Any

import numpy as np

from plumbline.common.quantization import formula
from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.fixed_point import ENDS, INT8
from plumbline.convert.operators.step import Step
from plumbline.convert.operators.svdf.reference import check_svdf

TEMPLATE = "svdf.c.j2"


def compile_svdf(operator: Operator, name: str) -> Step:
    """Turn an operator into constants and the facts of its template. Raises what `check_svdf` raises."""
    layer = check_svdf(operator)
    wide = layer.state.type == "INT16"
    kind: type[np.signedinteger[Any]] = np.int16 if wide else np.int8
    held = (
        Constant(f"{name}_weights", layer.weights.astype(np.int8), f"{layer.weights.shape[1]} per filter"),
        Constant(f"{name}_time", layer.time.astype(kind), f"{layer.memory} per filter, for the oldest number first"),
        Constant(f"{name}_bias", layer.bias.astype(np.int32), "bias"),
        Constant(f"{name}_state", np.array([0, *ENDS[layer.state.type]]).astype(kind), "nothing, lowest and highest number of a filter"),
        Constant(f"{name}_output", np.array([layer.output.zero_point, *INT8]).astype(np.int8), "zero point, lowest and highest code"),
    )
    facts = {
        "path": operator.title,
        "batches": layer.batches,
        "inputs": layer.weights.shape[1],
        "filters": layer.filters,
        "memory": layer.memory,
        "rank": layer.rank,
        "units": layer.filters // layer.rank,
        "wide": wide,
        "type": layer.state.c_type,
        "input": formula(layer.input),
        "state": formula(layer.state.quantized),
        "output": formula(layer.output),
        "input_zero_point": layer.input.zero_point,
        "state_zero_point": layer.state.quantized.zero_point,
        "into_state": (layer.into_state.mantissa, layer.into_state.shift),
        "into_output": (layer.into_output.mantissa, layer.into_output.shift),
    }
    return Step(name, TEMPLATE, ("products_s8", "requantize", *(("requantize_s16",) if wide else ())), held, facts)
