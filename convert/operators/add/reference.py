"""ADD as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import activation
from plumbline.convert.operators.shared.checks import options_of, unsupported
from plumbline.convert.operators.shared.scaled_sum.reference import ScaledSum, scaled_sum
from plumbline.convert.operators.shared.whole.reference import Whole, of_whole_numbers, whole


@dataclass(frozen=True)
class AddOptions:
    """Options of ADD."""

    activation: Annotated[str, activation(0)]


def check_add(operator: Operator) -> ScaledSum | Whole:
    """Check an ADD operator.

    Scales are divided in double (CalculateOpDataAdd in add_common.cc). Sums of int32 are not clipped there, whatever their activation is.

    Raises:
        ModelRefused, UnsupportedOperator: see `scaled_sum.scaled_sum` and `whole`; a sum of int32 has an activation.
    """
    activation = options_of(operator, AddOptions).activation
    if not of_whole_numbers(operator):
        return scaled_sum(operator, activation, sign=1, scalar=np.float64)
    if activation != "NONE":
        raise unsupported(operator, f"of int32 with the fused activation {activation}, which TensorFlow Lite Micro leaves out,")
    return whole(operator, "+", activation)
