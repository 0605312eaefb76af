"""LOGICAL_AND of truth values."""

from __future__ import annotations

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.binary.plain import Plain, plain

TYPES = ("BOOL",)


def check_logical_and(operator: Operator) -> Plain:
    """Check a LOGICAL_AND operator; raises what `plain` raises."""
    return plain(operator, np.logical_and, TYPES)
