"""DEQUANTIZE: codes as the float32 numbers they stand for, at the model's end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Quantization, Tensor
from plumbline.convert.operators.shared.checks import arity, codes_of, refused, unsupported

TYPES = ("INT8", "UINT8", "INT16")
"""Of TFLM's kernel (DequantizePrepare in dequantize_common.cc)."""


@dataclass(frozen=True)
class DequantizeReference:
    """scale * (code - zero point) of each of `elements` codes, in float32."""

    elements: int
    input: Quantization

    def answer(self, codes: NDArray[Any]) -> NDArray[np.float32]:
        """Answer codes (N, elements) with as many float32 numbers, as DequantizeReference in dequantize.h does.

        It multiplies in double and then rounds; the product of a scale's 24 bits and 17 more is exact there, so that this is one rounding.
        """
        reals = self.input.scale * (codes.astype(np.float64) - self.input.zero_point)
        with np.errstate(over="ignore"):  # beyond float32 there is infinity, as in C
            return np.asarray(reals, np.float32)


def check_dequantize(operator: Operator) -> DequantizeReference:
    """Check a DEQUANTIZE operator.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is not from int8, uint8 or int16 to float32, or of a constant.
    """
    arity(operator, 1)
    source, target = cast(Tensor, operator.inputs[0]), operator.outputs[0]
    codes_of(operator, source, TYPES)
    if target.type != "FLOAT32":
        raise unsupported(operator, f"to {target.name} of type {target.type}")
    if source.data is not None:
        raise unsupported(operator, "of a constant")
    if source.shape != target.shape:
        raise refused(operator, f"maps shape {source.shape} to {target.shape}")
    return DequantizeReference(source.elements, source.quantized)
