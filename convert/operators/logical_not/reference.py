"""LOGICAL_NOT of truth values."""

from __future__ import annotations

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.binary.plain import Plain, plain

TYPES = ("BOOL",)


def check_logical_not(operator: Operator) -> Plain:
    """Check a LOGICAL_NOT operator; raises what `plain` raises."""
    return plain(operator, np.logical_not, TYPES, count=1)
