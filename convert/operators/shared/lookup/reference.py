"""What operators share that answer each code by itself: a table of 256 codes, worked out beforehand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Quantization, Tensor
from plumbline.convert.operators.fixed_point import INT8, INT32_MAX, Multiplier
from plumbline.convert.operators.shared.checks import activations, arity, refused
from plumbline.convert.operators.shared.exponential import Integers

Codes = NDArray[np.int8]


@dataclass(frozen=True)
class Lookup:
    """Answers `elements` codes with table[code + 128]."""

    elements: int
    table: Codes
    input: Quantization
    output: Quantization

    def answer(self, codes: Codes) -> Codes:
        """Answer codes (N, elements) with as many."""
        return self.table[codes.astype(np.int64) + 128]


def ends(operator: Operator) -> tuple[Tensor, Tensor]:
    """The only input and the only output, both int8 and of the same shape; raises what `checks.activations` raises."""
    arity(operator, 1)
    source, target = activations(operator)
    if source.shape != target.shape:
        raise refused(operator, f"maps shape {source.shape} to {target.shape}")
    return source, target


def distances(source: Tensor) -> Integers:
    """Code - zero point of all 256 codes, in order."""
    return np.arange(-128, 128, dtype=np.int64) - source.quantized.zero_point


def tabulated(source: Tensor, target: Tensor, answers: Integers) -> Lookup:
    """The kernel that answers every code with the nearest int8 to its answer out of 256."""
    return Lookup(target.elements, np.clip(answers, *INT8).astype(np.int8), source.quantized, target.quantized)


def multiplier_of(operator: Operator, real: float) -> Multiplier:
    """The multiplier of a factor >= 0 between two scales; a distance of codes shifted left by it must stay within int32."""
    result = Multiplier.of(real) if real < 2**31 else None
    if result is None or 255 << result.left_shift > INT32_MAX:
        scale = operator.outputs[0].quantized.scale
        raise refused(operator, f"has the output scale {scale:g}, too small for its input")
    return result


def quotient(one: float, other: float, float_product: bool) -> float:
    """One scale divided by another, rounded to float32 for TFLM libraries before autumn 2026."""
    if not float_product:
        return one / other
    with np.errstate(over="ignore"):
        return float(np.float32(one) / np.float32(other))


def places_looked_up(codes: Integers, shape: tuple[int, ...]) -> Integers:
    """See `Registration.looks_up`."""
    return codes + 128
