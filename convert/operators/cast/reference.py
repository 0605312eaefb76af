"""CAST between types of whole numbers."""

from __future__ import annotations

from typing import cast

import numpy as np

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.shared.binary.operands import Values
from plumbline.convert.operators.shared.binary.plain import Plain, plain
from plumbline.convert.operators.shared.checks import arity, refused, unsupported

SOURCES = ("INT8", "INT16", "INT32", "BOOL")
TARGETS = ("INT8", "INT16", "INT32")
"""Of TFLM's kernel in cast.cc, which has UINT32 and float32 besides."""


def check_cast(operator: Operator) -> Plain:
    """Check a CAST operator, whose kernel looks at no scale.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is between other types, or of a constant.
    """
    arity(operator, 1)
    source, target = cast(Tensor, operator.inputs[0]), operator.outputs[0]
    if target.type not in TARGETS:
        raise unsupported(operator, f"to {target.name} of type {target.type}")
    if source.shape != target.shape:
        raise refused(operator, f"maps shape {source.shape} to {target.shape}")

    def converted(values: Values) -> Values:
        return np.asarray(values.astype(target.dtype))

    return plain(operator, converted, SOURCES, target.type, count=1)
