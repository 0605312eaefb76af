"""SUB as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import activation
from plumbline.convert.operators.shared.checks import options_of
from plumbline.convert.operators.shared.scaled_sum.reference import ScaledSum, scaled_sum
from plumbline.convert.operators.shared.whole.reference import Whole, of_whole_numbers, whole


@dataclass(frozen=True)
class SubOptions:
    """Options of SUB."""

    activation: Annotated[str, activation(0)]


def check_sub(operator: Operator, float_product: bool = False) -> ScaledSum | Whole:
    """Check a SUB operator and work out its integers.

    Args:
        operator: from the graph.
        float_product: divide scales in float32, as CalculateOpDataSub in sub_common.cc did until August 2026 at least; the wheel of October 2026
            divides in double. One answer in some thousands differs by one code.

    Raises:
        ModelRefused, UnsupportedOperator: see `scaled_sum.scaled_sum` and `whole`.
    """
    activation = options_of(operator, SubOptions).activation
    if of_whole_numbers(operator):
        return whole(operator, "-", activation)
    scalar = np.float32 if float_product else np.float64
    return scaled_sum(operator, activation, sign=-1, scalar=scalar)
