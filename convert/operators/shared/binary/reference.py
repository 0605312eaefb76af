"""What ADD, SUB and MUL share: two int8 operands, one of which may be a constant, walked through together as numpy broadcasts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Quantization, Tensor
from plumbline.convert.operators.fixed_point import Multiplier
from plumbline.convert.operators.shared.broadcast import Loop, broadcast, extended, loops
from plumbline.convert.operators.shared.checks import FUSED, arity, codes_passed, int8, refused, unsupported

ACCEPTS = f"operands that broadcast as in NumPy, one of which may be constant; {FUSED}"

Integers = NDArray[np.int64]
Codes = NDArray[np.int8]


@dataclass(frozen=True)
class Operand:
    """One side of the operator; `constant` holds its codes (elements,) where they are known beforehand."""

    shape: tuple[int, ...]
    quantization: Quantization
    constant: Codes | None

    @property
    def zero_point(self) -> int:
        return self.quantization.zero_point

    @property
    def scale(self) -> float:
        return self.quantization.scale

    @property
    def largest(self) -> int:
        """The greatest distance of a code from the zero point."""
        return max(127 - self.zero_point, self.zero_point + 128)


class Facts(TypedDict):
    """The fields of Binary, to build one of its subclasses from."""

    operands: tuple[Operand, Operand]
    shape: tuple[int, ...]
    loops: tuple[Loop, ...]
    output: Quantization
    lowest: int
    highest: int
    activation: str


@dataclass(frozen=True)
class Binary:
    """Answers a tensor of `shape`, every element from one element of each operand; codes are kept between `lowest` and `highest`."""

    operands: tuple[Operand, Operand]
    shape: tuple[int, ...]
    loops: tuple[Loop, ...]
    output: Quantization
    lowest: int
    highest: int
    activation: str

    @property
    def in_place(self) -> tuple[int, ...]:
        """Run-time operands, numbered as the kernel receives them, of as many elements as the result: each is read just before its result is
        written, so that the result may take its bytes."""
        sizes = [int(np.prod(operand.shape)) for operand in self.operands if operand.constant is None]
        return tuple(i for i, size in enumerate(sizes) if size == int(np.prod(self.shape)))

    def aligned(self, sources: tuple[Codes, ...]) -> list[Integers]:
        """Code - zero point of both operands, with dimensions that fit: (N or 1, *ones, *shape of the operand).

        Args:
            sources: codes (N, elements) of each operand that is no constant.
        """
        given = iter(sources)
        result = []
        for operand in self.operands:
            codes = next(given) if operand.constant is None else operand.constant.reshape(1, -1)
            result.append(codes.reshape(len(codes), *extended(operand.shape, len(self.shape))).astype(np.int64) - operand.zero_point)
        return result

    def codes(self, results: Integers) -> Codes:
        """Codes (N, elements) of results (N, *shape) that have the output's scale."""
        kept = np.clip(results + self.output.zero_point, self.lowest, self.highest)
        return cast(Codes, kept.astype(np.int8).reshape(len(kept), -1))


def facts(operator: Operator, activation: str) -> Facts:
    """Check both operands and the result.

    Args:
        operator: with two inputs.
        activation: the fused one.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    arity(operator, 2)
    first, second, target = cast(Tensor, operator.inputs[0]), operator.inputs[1], operator.outputs[0]
    if second is None:
        raise refused(operator, "has one operand")
    for tensor in (first, second, target):
        int8(operator, tensor)
    if first.data is not None and second.data is not None:
        raise unsupported(operator, "of two constants")
    if broadcast(first.shape, second.shape) != target.shape:
        raise refused(operator, f"maps shapes {first.shape} and {second.shape} to {target.shape}")
    lowest, highest = codes_passed(operator, activation)
    return Facts(
        operands=(operand(first), operand(second)),
        shape=target.shape,
        loops=loops(first.shape, second.shape),
        output=target.quantized,
        lowest=lowest,
        highest=highest,
        activation=activation,
    )


def operand(tensor: Tensor) -> Operand:
    constant = None if tensor.data is None else cast(Codes, tensor.values()).ravel()
    return Operand(tensor.shape, tensor.quantized, constant)


def below_one(operator: Operator, real: float) -> Multiplier:
    """The multiplier of a factor that TFLM's kernel insists to be above 0 and below 1 (QuantizeMultiplierSmallerThanOneExp); it aborts else."""
    multiplier = Multiplier.of(real) if 0 < real < 1 else None
    if multiplier is None or multiplier.shift > 0:
        scales = [tensor.quantized.scale for tensor in (*operator.inputs, *operator.outputs) if tensor is not None]
        raise refused(operator, "cannot bring the scales {:g} and {:g} to {:g}: they lie too far apart".format(*scales))
    return multiplier
