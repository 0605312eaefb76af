"""LOGICAL_OR of truth values."""

from __future__ import annotations

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.binary.plain import Plain, plain

TYPES = ("BOOL",)


def check_logical_or(operator: Operator) -> Plain:
    """Check a LOGICAL_OR operator; raises what `plain` raises."""
    return plain(operator, np.logical_or, TYPES)
