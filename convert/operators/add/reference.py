"""ADD as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import activation
from plumbline.convert.operators.shared.checks import options_of
from plumbline.convert.operators.shared.scaled_sum.reference import ScaledSum, scaled_sum


@dataclass(frozen=True)
class AddOptions:
    """Options of ADD."""

    activation: Annotated[str, activation(0)]


def check_add(operator: Operator) -> ScaledSum:
    """Check an ADD operator; raises what `scaled_sum.scaled_sum` raises. Scales are divided in double (CalculateOpDataAdd in add_common.cc)."""
    return scaled_sum(operator, options_of(operator, AddOptions).activation, sign=1, scalar=np.float64)
