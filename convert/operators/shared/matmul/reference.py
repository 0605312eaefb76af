"""BATCH_MATMUL, and FULLY_CONNECTED of weights that are computed at run time or have a zero point, as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Quantization, Tensor
from plumbline.convert.operators.fixed_point import ENDS, INT32_MAX, Multiplier, apply_each, apply_each_once
from plumbline.convert.operators.shared.broadcast import broadcast
from plumbline.convert.operators.shared.checks import centred, int8, refused, unsupported
from plumbline.convert.operators.shared.weighted.reference import LARGEST_LONG, multipliers

Integers = NDArray[np.int64]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Operand:
    """Matrices as they lie: (..., rows, depth) of the first operand and (..., columns, depth) of the second, or `turned`, (..., depth, rows)."""

    tensor: Tensor
    shape: Shape
    turned: bool

    @property
    def batches(self) -> Shape:
        return self.shape[:-2]

    @property
    def lines(self) -> int:
        """Rows of the first operand, columns of the second."""
        return self.shape[-1] if self.turned else self.shape[-2]

    @property
    def depth(self) -> int:
        """How many products a sum has."""
        return self.shape[-2] if self.turned else self.shape[-1]

    @property
    def quantization(self) -> Quantization:
        return self.tensor.quantized

    @property
    def constant(self) -> Integers | None:
        """Codes (..., lines, depth), where they are known."""
        return None if self.tensor.data is None else self.upright(np.asarray(self.tensor.values(), np.int64).reshape(self.shape))

    @property
    def reach(self) -> int:
        """The largest magnitude of code - zero point."""
        low, high = ENDS[self.tensor.type]
        zero = self.quantization.zero_point
        known = self.constant
        return max(high - zero, zero - low) if known is None else int(np.abs(known - zero).max())

    def upright(self, codes: NDArray[Any]) -> NDArray[Any]:
        return codes.swapaxes(-1, -2) if self.turned else codes


@dataclass(frozen=True)
class MatmulReference:
    """output[..., i, j] = clamp(multiplier * (sum_k (first[..., i, k] - zero point) * (second[..., j, k] - zero point) + bias[j]) + zero point).

    Batches of the operands broadcast. Sums of int8 codes have 32 bits and are rounded twice, those of int16 codes 64 bits and are rounded once.
    """

    first: Operand
    second: Operand
    bias: Integers
    """(columns,), zeros for none."""
    multiplier: Multiplier
    output: Quantization
    lowest: int
    highest: int

    @property
    def type(self) -> str:
        return self.first.tensor.type

    @property
    def batches(self) -> Shape:
        """Of the output."""
        found = broadcast(self.first.batches, self.second.batches)
        assert found is not None
        return found

    @property
    def largest_sum(self) -> int:
        return self.first.depth * self.first.reach * self.second.reach + int(np.abs(self.bias).max())

    def answer(self, *sources: NDArray[Any]) -> NDArray[Any]:
        """Answer codes (N, elements) of each run-time operand with codes (N, elements), as BatchMatMul in batch_matmul.h does."""
        given = iter(sources)
        count, rank = len(sources[0]), len(self.batches) + 2
        both = []
        for operand in (self.first, self.second):
            codes = operand.constant
            codes = operand.upright(next(given).reshape(count, *operand.shape)) if codes is None else codes[None]
            both.append((codes - float(operand.quantization.zero_point)).reshape(len(codes), *(1,) * (rank + 1 - codes.ndim), *codes.shape[1:]))
        sums = (both[0] @ both[1].swapaxes(-1, -2)).astype(np.int64) + self.bias
        scaled = (apply_each if self.type == "INT8" else apply_each_once)((self.multiplier,), sums) + self.output.zero_point
        return np.asarray(np.clip(scaled, self.lowest, self.highest), self.type.lower()).reshape(count, -1)


def matmul(
    operator: Operator, operands: tuple[Operand, Operand], bias: Integers, passed: tuple[int, int], float_product: bool = False
) -> MatmulReference:
    """Check two operands, whose tensors have their types already, and work out the multiplier.

    Args:
        operator: from the graph.
        operands: first and second.
        bias: (columns,).
        passed: lowest and highest code of the output.
        float_product: as in `weighted.multipliers`.

    Raises:
        ModelRefused: the operands do not fit each other or the output; a sum could leave the bits in which TFLM keeps it.
    """
    first, second = operands
    target = operator.outputs[0]
    batches = broadcast(first.batches, second.batches)
    if first.depth != second.depth or batches is None or target.elements != int(np.prod([*batches, first.lines, second.lines])):
        raise refused(operator, f"maps shapes {first.tensor.shape} and {second.tensor.shape} to {target.shape}")
    scales = first.quantization.scale, second.quantization.scale
    if scales[0] * scales[1] / target.quantized.scale >= 2**31:
        raise refused(operator, f"has the output scale {target.quantized.scale:g}, too small for its inputs")
    (factor,) = multipliers(scales[0], (scales[1],), target.quantized.scale, float_product)
    found = MatmulReference(first, second, bias, factor, target.quantized, *passed)
    largest, wide = found.largest_sum, found.type == "INT16"
    if largest >= LARGEST_LONG if wide else largest << factor.left_shift > INT32_MAX:
        raise refused(operator, f"has sums of up to {largest}, shifted left by {factor.left_shift}, which overflow {64 if wide else 32} bits")
    if wide and (factor.shift > 7 or largest * 2.0 ** (factor.shift - 31) * factor.mantissa >= INT32_MAX):
        raise refused(operator, f"has sums of up to {largest} that its output scale cannot hold")
    return found


def check_types(operator: Operator, tensors: tuple[Tensor, ...]) -> None:
    """All must be int8, or all int16, as the first one, quantized as a whole."""
    for tensor in tensors:
        (centred if tensors[0].type == "INT16" else int8)(operator, tensor)
    if all(tensor.data is not None for tensor in tensors[:2]):
        raise unsupported(operator, "of constants")
