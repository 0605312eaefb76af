"""MINIMUM of codes and of whole numbers."""

from __future__ import annotations

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.binary.plain import Plain, plain

TYPES = ("INT8", "INT16", "INT32")


def check_minimum(operator: Operator) -> Plain:
    """Check a MINIMUM operator, whose kernel in maximum_minimum.cc looks at no scale; raises what `plain` raises."""
    return plain(operator, np.minimum, TYPES)
