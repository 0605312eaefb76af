"""ADD as integers."""

from __future__ import annotations

import numpy as np

from convert.graph import Operator
from convert.kernels.checks import options_of
from convert.kernels.scaled_sum import ScaledSum, scaled_sum
from convert.options import AddOptions


def prepare(operator: Operator) -> ScaledSum:
    """Check an ADD operator; raises what `scaled_sum.scaled_sum` raises. Scales are divided in double (CalculateOpDataAdd in add_common.cc)."""
    return scaled_sum(operator, options_of(operator, AddOptions).activation, sign=1, scalar=np.float64)
