"""QUANTIZE: codes on another scale, or float32 numbers as codes at the model's beginning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import NUMPY_TYPES, Operator, Quantization, Tensor
from plumbline.convert.operators.quantize.requantize import Requantize, requantize
from plumbline.convert.operators.shared.checks import arity, codes_of, refused, unsupported
from plumbline.convert.operators.shared.lookup.reference import Lookup, distances, ends, multiplier_of, tabulated


@dataclass(frozen=True)
class QuantizeReference:
    """number / scale + zero point of each of `elements` float32 numbers, rounded and kept within int8 or int16."""

    elements: int
    output: Quantization
    type: str = "INT8"
    """Of the output."""

    @property
    def limits(self) -> tuple[int, int]:
        """Lowest and highest code."""
        info = np.iinfo(NUMPY_TYPES[self.type])
        return int(info.min), int(info.max)

    def answer(self, reals: NDArray[np.float32]) -> NDArray[Any]:
        """Answer float32 numbers (N, elements) with codes (N, elements), as AffineQuantize in quantize.h does.

        The division is in float32, a tie rounds away from zero. TFLM converts to int32 before it clamps, so that its answers to infinities and
        quotients of 2^31 and more are undefined in C; here they are the lowest or highest code, and NaN is the lowest.
        """
        with np.errstate(over="ignore"):
            steps = (reals / np.float32(self.output.scale)).astype(np.float64)
        rounded = np.copysign(np.floor(np.abs(steps) + 0.5), steps) + self.output.zero_point
        return np.where(np.isnan(steps), self.limits[0], np.clip(rounded, *self.limits)).astype(NUMPY_TYPES[self.type])


def check_quantize(operator: Operator) -> Lookup | Requantize | QuantizeReference:
    """Check a QUANTIZE operator; from int8 to int8 it is tabulated, as Requantize in requantize.h answers.

    Raises:
        ModelRefused: its tensors contradict each other; the output scale is far below the input's.
        UnsupportedOperator: TFLM's kernel has no such pair of types, or it is of a constant.
    """
    arity(operator, 1)
    source, target = cast(Tensor, operator.inputs[0]), operator.outputs[0]
    if source.type == "FLOAT32":
        return from_float(operator, source, target)
    if (source.type, target.type) != ("INT8", "INT8"):
        if source.data is not None:
            raise unsupported(operator, "of a constant")
        return requantize(operator, source, target)
    ends(operator)
    multiplier = multiplier_of(operator, source.quantized.scale / target.quantized.scale)
    return tabulated(source, target, multiplier.apply(distances(source)) + target.quantized.zero_point)


def from_float(operator: Operator, source: Tensor, target: Tensor) -> QuantizeReference:
    codes_of(operator, target, ("INT8", "INT16"))
    if source.data is not None:
        raise unsupported(operator, "of a constant")
    if source.shape != target.shape:
        raise refused(operator, f"maps shape {source.shape} to {target.shape}")
    return QuantizeReference(target.elements, target.quantized, target.type)
