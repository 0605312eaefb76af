"""QUANTIZE: codes on another scale, or float32 numbers as codes at the model's beginning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Quantization, Tensor
from plumbline.convert.operators.fixed_point import INT8
from plumbline.convert.operators.shared.checks import arity, int8, refused, unsupported
from plumbline.convert.operators.shared.lookup.reference import Lookup, distances, ends, multiplier_of, tabulated


@dataclass(frozen=True)
class QuantizeReference:
    """number / scale + zero point of each of `elements` float32 numbers, rounded and kept within int8."""

    elements: int
    output: Quantization

    def answer(self, reals: NDArray[np.float32]) -> NDArray[np.int8]:
        """Answer float32 numbers (N, elements) with codes (N, elements), as AffineQuantize in quantize.h does.

        The division is in float32, a tie rounds away from zero. TFLM converts to int32 before it clamps, so that its answers to infinities and
        quotients of 2^31 and more are undefined in C; here they are the lowest or highest code, and NaN is the lowest.
        """
        with np.errstate(over="ignore"):
            steps = (reals / np.float32(self.output.scale)).astype(np.float64)
        rounded = np.copysign(np.floor(np.abs(steps) + 0.5), steps) + self.output.zero_point
        return np.where(np.isnan(steps), INT8[0], np.clip(rounded, *INT8)).astype(np.int8)


def check_quantize(operator: Operator) -> Lookup | QuantizeReference:
    """Check a QUANTIZE operator; from int8 it is tabulated, as Requantize in requantize.h answers.

    Raises:
        ModelRefused: its tensors contradict each other; the output scale is far below the input's.
        UnsupportedOperator: it is not from int8 or float32 to int8, or of a constant.
    """
    arity(operator, 1)
    source, target = cast(Tensor, operator.inputs[0]), operator.outputs[0]
    if source.type == "FLOAT32":
        return from_float(operator, source, target)
    ends(operator)
    multiplier = multiplier_of(operator, source.quantized.scale / target.quantized.scale)
    return tabulated(source, target, multiplier.apply(distances(source)) + target.quantized.zero_point)


def from_float(operator: Operator, source: Tensor, target: Tensor) -> QuantizeReference:
    int8(operator, target)
    if source.data is not None:
        raise unsupported(operator, "of a constant")
    if source.shape != target.shape:
        raise refused(operator, f"maps shape {source.shape} to {target.shape}")
    return QuantizeReference(target.elements, target.quantized)
