"""What every kernel checks of its operator, and how it refuses one."""

from __future__ import annotations

from typing import TypeVar, cast

import numpy as np

from plumbline.common.errors import ModelRefused, UnsupportedOperator
from plumbline.convert.model import hints
from plumbline.convert.model.blockers import short
from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.fixed_point import ENDS, activation_range

ACTIVATIONS = ("NONE", "RELU", "RELU_N1_TO_1", "RELU6")
"""Fused activations that clip, which an int8 kernel does by clipping codes."""
FUSED = f"fused {', '.join(ACTIVATIONS[:-1])} or {ACTIVATIONS[-1]}"
LARGEST_PASSED = {"RELU6": 6, "RELU_N1_TO_1": 1}
"""The real number at which they clip, which TensorFlow Lite Micro makes an int32 code."""

T = TypeVar("T")


def unsupported(operator: Operator, what: str) -> UnsupportedOperator:
    return UnsupportedOperator(f"Layer {short(operator.layer)}: {operator.name} {what} is not supported.", hints.layer())


def refused(operator: Operator, what: str) -> ModelRefused:
    return ModelRefused(f"Layer {short(operator.layer)}: {operator.name} {what}.", hints.layer())


def options_of(operator: Operator, kind: type[T]) -> T:
    """The operator's options, which must be of this kind."""
    if not isinstance(operator.options, kind):
        raise refused(operator, f"lacks its {kind.__name__}")
    return operator.options


def arity(operator: Operator, *counts: int) -> None:
    """The operator must have one of these numbers of inputs, and one output; the first input must be there."""
    if len(operator.inputs) not in counts or len(operator.outputs) != 1 or operator.inputs[0] is None:
        raise refused(operator, f"has {len(operator.inputs)} inputs and {len(operator.outputs)} outputs")


def int8(operator: Operator, tensor: Tensor) -> None:
    """The tensor must be int8, quantized as a whole."""
    if tensor.type != "INT8" or tensor.quantization is None:
        raise unsupported(operator, f"with {tensor.name} of type {tensor.type}" + ("" if tensor.quantization else ", not quantized"))
    if tensor.quantization.per_channel or not -128 <= tensor.quantization.zero_point <= 127:
        raise refused(operator, f"has the activation {tensor.name} with zero points {tensor.quantization.zero_points}")


def one_of(operator: Operator, tensor: Tensor, types: tuple[str, ...]) -> None:
    """The tensor must be of one of these types; codes, INT8 and INT16 with scales, are quantized as a whole."""
    if tensor.type not in types:
        raise unsupported(operator, f"with {tensor.name} of type {tensor.type}")
    if tensor.quantization is None:
        return
    smallest = np.iinfo(tensor.dtype)
    if tensor.quantization.per_channel or not smallest.min <= tensor.quantization.zero_point <= smallest.max:
        raise refused(operator, f"has the activation {tensor.name} with zero points {tensor.quantization.zero_points}")


def codes_of(operator: Operator, tensor: Tensor, types: tuple[str, ...]) -> None:
    """The tensor must be of one of these types and quantized as a whole."""
    if tensor.type in types and tensor.quantization is None:
        raise unsupported(operator, f"with {tensor.name} of type {tensor.type}, not quantized,")
    one_of(operator, tensor, types)


def centred(operator: Operator, tensor: Tensor) -> None:
    """The tensor must be int16, quantized as a whole around 0: kernels that sum weights times int16 look at no zero point."""
    if tensor.type != "INT16" or tensor.quantization is None:
        raise unsupported(operator, f"with {tensor.name} of type {tensor.type}" + ("" if tensor.quantization else ", not quantized"))
    if tensor.quantization.per_channel or tensor.quantization.zero_point:
        raise refused(operator, f"has the int16 activation {tensor.name} with zero points {tensor.quantization.zero_points}, not 0")


def activations(operator: Operator, wide: bool = False) -> tuple[Tensor, Tensor]:
    """First input and only output, both int8, quantized as a whole, and computed at run time; or both int16, where the kernel has that (`wide`)."""
    source, target = cast(Tensor, operator.inputs[0]), operator.outputs[0]
    for tensor in (source, target):
        (centred if wide and source.type == "INT16" else int8)(operator, tensor)
    if source.data is not None:
        raise unsupported(operator, "of a constant")
    return source, target


def codes_passed(operator: Operator, activation: str) -> tuple[int, int]:
    """Lowest and highest output code, of INT8 or INT16, that a fused activation lets through."""
    target = operator.outputs[0].quantized
    if activation not in ACTIVATIONS:
        raise unsupported(operator, f"with the fused activation {activation}")
    if LARGEST_PASSED.get(activation, 0) / target.scale >= 2**31:
        raise refused(operator, f"has the output scale {target.scale:g}, too small for its activation")
    lowest, highest = activation_range(activation, target.scale, target.zero_point, ENDS[operator.outputs[0].type])
    if lowest > highest:
        raise refused(operator, f"has a fused {activation} that no output code passes")
    return lowest, highest
