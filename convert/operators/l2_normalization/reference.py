"""L2_NORMALIZATION as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Quantization
from plumbline.convert.operators.fixed_point import INT8, Multiplier, apply_each
from plumbline.convert.operators.options import activation
from plumbline.convert.operators.shared.checks import activations, arity, options_of, refused, unsupported
from plumbline.convert.operators.shared.inverse_root import inverse_root

OUTPUT = (1 / 128, 0)
"""The only scale and zero point that TFLM's kernel writes."""
OUTPUT_BITS = 7
LONGEST = 33_025
"""Codes of a vector whose squares surely sum up below 2**31."""
MOST_DIMENSIONS = 4


@dataclass(frozen=True)
class L2NormOptions:
    """Options of L2_NORMALIZATION."""

    activation: Annotated[str, activation(0)]


@dataclass(frozen=True)
class L2NormalizationReference:
    """output = 128 * (code - zero point) / root of the sum of their squares, of each of `rows` vectors of `depth` codes."""

    rows: int
    depth: int
    input: Quantization

    def answer(self, codes: NDArray[np.int8]) -> NDArray[np.int8]:
        """Answer codes (N, rows * depth) with as many, as L2Normalization in integer_ops/l2normalization.h does."""
        vectors = codes.reshape(-1, self.depth).astype(np.int64) - self.input.zero_point
        roots = [inverse_root(int(total)) for total in (vectors * vectors).sum(axis=1)]
        scaled = apply_each([Multiplier(root.mantissa, root.shift + OUTPUT_BITS) for root in roots], vectors.T).T
        return np.asarray(np.clip(scaled, *INT8), np.int8).reshape(len(codes), -1)


def check_l2_normalization(operator: Operator) -> L2NormalizationReference:
    """Check an L2_NORMALIZATION operator.

    Raises:
        ModelRefused: its tensors contradict each other, or TFLM would write codes of another scale than the output's.
        UnsupportedOperator: it is of a form the integer kernel does not have.
    """
    fused = options_of(operator, L2NormOptions).activation
    arity(operator, 1)
    source, target = activations(operator)
    if fused != "NONE":
        raise unsupported(operator, f"with the fused activation {fused}")
    if source.shape != target.shape or not 1 <= len(source.shape) <= MOST_DIMENSIONS:
        raise refused(operator, f"maps shape {source.shape} to {target.shape}, not one of 1 to {MOST_DIMENSIONS} dimensions to itself")
    if (target.quantized.scale, target.quantized.zero_point) != OUTPUT:
        found = f"the output scale {target.quantized.scale:g} and zero point {target.quantized.zero_point}"
        raise refused(operator, f"has {found}, but TensorFlow Lite Micro answers with 1/128 and 0 whatever the file says")
    if source.shape[-1] > LONGEST:
        raise unsupported(operator, f"over {source.shape[-1]} codes (up to {LONGEST})")
    return L2NormalizationReference(source.elements // source.shape[-1], source.shape[-1], source.quantized)
