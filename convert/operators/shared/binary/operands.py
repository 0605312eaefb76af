"""Operands that are walked through together as numpy broadcasts them: what every operator of several has, whatever its types and its arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Quantization, Tensor
from plumbline.convert.operators.shared.broadcast import Loop, broadcast, extended, loops
from plumbline.convert.operators.shared.checks import arity, one_of, refused, unsupported

BROADCAST = "operands that broadcast as in NumPy, one of which may be constant"

Values = NDArray[Any]


@dataclass(frozen=True)
class Operand:
    """One side of the operator; `constant` holds its values (elements,) where they are known beforehand."""

    shape: tuple[int, ...]
    type: str
    quantization: Quantization | None
    """None of a tensor that has none, or whose scale nobody asks for."""
    constant: Values | None

    @property
    def quantized(self) -> Quantization:
        """The quantization of an operand that must have one."""
        assert self.quantization is not None
        return self.quantization

    @property
    def zero_point(self) -> int:
        return self.quantized.zero_point

    @property
    def scale(self) -> float:
        return self.quantized.scale


class Walk(TypedDict):
    """The fields of Together, to build one of its subclasses from."""

    operands: tuple[Operand, ...]
    shape: tuple[int, ...]
    loops: tuple[Loop, ...]
    type: str
    result: Quantization | None


@dataclass(frozen=True)
class Together:
    """Answers a tensor of `shape`, every element from one element of each operand."""

    operands: tuple[Operand, ...]
    shape: tuple[int, ...]
    loops: tuple[Loop, ...]
    type: str
    """Of the result."""
    result: Quantization | None
    """Of the result, if it has one."""

    @property
    def in_place(self) -> tuple[int, ...]:
        """Run-time operands, numbered as the kernel receives them, of as many elements as the result: each is read just before its result is
        written, so that the result may take its bytes."""
        sizes = [int(np.prod(operand.shape)) for operand in self.operands if operand.constant is None]
        return tuple(i for i, size in enumerate(sizes) if size == int(np.prod(self.shape)))

    def lined_up(self, sources: Sequence[Values]) -> list[Values]:
        """The values of all operands with dimensions that fit: (N or 1, *ones, *shape of the operand).

        Args:
            sources: values (N, elements) of each operand that is no constant.
        """
        given = iter(sources)
        values = [next(given) if operand.constant is None else operand.constant.reshape(1, -1) for operand in self.operands]
        return [each.reshape(len(each), *extended(operand.shape, len(self.shape))) for each, operand in zip(values, self.operands, strict=True)]


def operands(operator: Operator, count: int) -> tuple[Tensor, ...]:
    """The operator's inputs, of which there must be so many. Raises ModelRefused."""
    arity(operator, count)
    found = tuple(tensor for tensor in operator.inputs if tensor is not None)
    if len(found) < count:
        raise refused(operator, "has one operand" if count == 2 else "lacks an operand")
    return found


def alike(operator: Operator, tensors: Sequence[Tensor], types: tuple[str, ...], result: str = "") -> None:
    """The tensors must have one of these types, all the same one, and the output this or the type `result`."""
    for tensor in tensors:
        one_of(operator, tensor, types)
    if len({tensor.type for tensor in tensors}) > 1:
        raise refused(operator, f"has operands of types {' and '.join(tensor.type for tensor in tensors)}")
    one_of(operator, operator.outputs[0], (result or tensors[0].type,))


def walk(operator: Operator, tensors: Sequence[Tensor]) -> Walk:
    """How tensors are walked together, once each of them is known to be of a type that the operator takes.

    Raises:
        ModelRefused: their shapes do not broadcast to the output's.
        UnsupportedOperator: all of them are constants.
    """
    target = operator.outputs[0]
    if all(tensor.data is not None for tensor in tensors):
        raise unsupported(operator, "of two constants" if len(tensors) == 2 else "of constants")
    shapes = [tensor.shape for tensor in tensors]
    if broadcast(*shapes) != target.shape:
        raise refused(operator, f"maps shapes {' and '.join(map(str, shapes))} to {target.shape}")
    return Walk(
        operands=tuple(map(operand, tensors)),
        shape=target.shape,
        loops=loops(*shapes),
        type=target.type,
        result=target.quantization,
    )


def operand(tensor: Tensor) -> Operand:
    return Operand(tensor.shape, tensor.type, tensor.quantization, None if tensor.data is None else tensor.values().ravel())
