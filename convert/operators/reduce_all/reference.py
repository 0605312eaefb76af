"""REDUCE_ALL."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.reduction.reference import Reduction, reduction


@dataclass(frozen=True)
class ReduceAllReference(Reduction):
    """Whether all along `axes` of `shape` are true."""

    def answer(self, values: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Answer booleans (N, elements) with booleans (N, elements / summands)."""
        return np.asarray(self.lined_up(values).all(axis=2))


def check_reduce_all(operator: Operator) -> ReduceAllReference:
    """Check a REDUCE_ALL operator; raises what `reduction` raises."""
    return ReduceAllReference(**vars(reduction(operator, ("BOOL",))[2]))
