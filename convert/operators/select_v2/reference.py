"""SELECT_V2 of codes."""

from __future__ import annotations

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.binary.operands import alike, operands, walk
from plumbline.convert.operators.shared.binary.plain import Plain
from plumbline.convert.operators.shared.checks import one_of

TYPES = ("INT8", "INT16")
"""Of what is chosen from: TensorFlow Lite Micro has it for no other whole numbers."""


def check_select_v2(operator: Operator) -> Plain:
    """Check a SELECT_V2 operator, whose kernel in select.cc looks at no scale.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: they are of another type, or all constants.
    """
    condition, *choices = operands(operator, 3)
    one_of(operator, condition, ("BOOL",))
    alike(operator, choices, TYPES)
    return Plain(**walk(operator, (condition, *choices)), function=np.where)
