"""BATCH_MATMUL as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

import numpy as np

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.fixed_point import ENDS
from plumbline.convert.operators.options import flag
from plumbline.convert.operators.shared.checks import options_of, refused, unsupported
from plumbline.convert.operators.shared.matmul.reference import MatmulReference, Operand, check_types, matmul

RANKS = range(2, 6)
"""Dimensions that TensorFlow Lite Micro's kernel takes."""


@dataclass(frozen=True)
class BatchMatMulOptions:
    """Options of BATCH_MATMUL."""

    adj_x: Annotated[bool, flag(0)]
    """Whether the first operand is (..., depth, rows)."""
    adj_y: Annotated[bool, flag(1)]
    """Whether the second operand is (..., columns, depth)."""


def check_batch_matmul(operator: Operator, float_product: bool = False) -> MatmulReference:
    """Check a BATCH_MATMUL operator and work out its integers.

    Args:
        operator: from the graph.
        float_product: as in `weighted.multipliers`.

    Raises:
        ModelRefused, UnsupportedOperator: see `matmul`; an operand has too few or too many dimensions.
    """
    options = options_of(operator, BatchMatMulOptions)
    if len(operator.inputs) != 2 or len(operator.outputs) != 1 or None in operator.inputs:
        raise refused(operator, f"has {len(operator.inputs)} inputs and {len(operator.outputs)} outputs")
    first, second = (cast(Tensor, tensor) for tensor in operator.inputs)
    check_types(operator, (first, second, operator.outputs[0]))
    if len(first.shape) not in RANKS or len(second.shape) not in RANKS:
        raise unsupported(operator, f"of shapes {first.shape} and {second.shape}")
    operands = Operand(first, first.shape, options.adj_x), Operand(second, second.shape, not options.adj_y)
    return matmul(operator, operands, np.zeros(operands[1].lines, np.int64), ENDS[first.type], float_product)


def multiply_accumulates(operator: Operator) -> int:
    """Of every output as many as the sum has products."""
    first, options = cast(Tensor, operator.inputs[0]), cast(BatchMatMulOptions, operator.options)
    return operator.outputs[0].elements * first.shape[-2 if options.adj_x else -1]
