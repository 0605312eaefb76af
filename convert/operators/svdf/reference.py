"""SVDF as integers.

Each of `filters` filters has one number of every inference, a sum of weights times inputs, and keeps the latest ones: its line of the state.
An output is a sum of time weights times the lines of `rank` filters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Quantization, Tensor
from plumbline.convert.operators.fixed_point import ENDS, INT8, INT32_MAX, Multiplier
from plumbline.convert.operators.options import activation, whole
from plumbline.convert.operators.shared.checks import activations, centred, int8, options_of, refused, unsupported
from plumbline.convert.operators.shared.weighted.reference import largest_sums

Integers = NDArray[np.int64]
INPUTS = ("input", "weights", "time weights", "bias", "state")


@dataclass(frozen=True)
class SVDFOptions:
    """Options of SVDF."""

    rank: Annotated[int, whole(0)]
    """Filters of one output."""
    activation: Annotated[str, activation(1)]
    """Which TensorFlow Lite Micro's integer kernels do not look at."""


@dataclass(frozen=True)
class SVDFReference:
    """`weights` (filters, inputs), `time` (filters, memory), `bias` (units,); the state is (batches, filters, memory), the latest numbers last."""

    batches: int
    rank: int
    weights: Integers
    time: Integers
    bias: Integers
    input: Quantization
    state: Tensor
    output: Quantization
    into_state: Multiplier
    """Input scale * weight scale / state scale."""
    into_output: Multiplier
    """State scale * time weight scale / output scale."""

    @property
    def filters(self) -> int:
        return len(self.weights)

    @property
    def memory(self) -> int:
        return int(self.time.shape[1])

    def answer(self, codes: NDArray[np.int8], state: NDArray[Any]) -> tuple[NDArray[np.int8], NDArray[Any]]:
        """Answer codes (N, batches * inputs) and a state (N, batches * filters * memory) with (N, batches * units) and the new state.

        As EvalIntegerSvdfReference in svdf_common.cc: a number is clipped before the state's zero point is added, so that the sum may leave the
        state's type and come in again at its other end; sums of 32 bits do likewise.
        """
        inputs = codes.astype(np.int64).reshape(len(codes), self.batches, -1) - self.input.zero_point
        ends = ENDS[self.state.type]
        newest = np.clip(self.into_state.apply(inputs @ self.weights.T), *ends) + self.state.quantized.zero_point
        lines = state.reshape(len(codes), self.batches, self.filters, self.memory)
        lines = np.concatenate([lines[..., 1:], newest.astype(state.dtype)[..., np.newaxis]], axis=-1)
        products = ((lines.astype(np.int64) - self.state.quantized.zero_point) * self.time).sum(axis=-1)
        sums = products.reshape(len(codes), self.batches, -1, self.rank).sum(axis=-1) + self.bias
        outputs = self.into_output.apply(sums.astype(np.int32).astype(np.int64)) + self.output.zero_point
        return np.clip(outputs, *INT8).astype(np.int8).reshape(len(codes), -1), lines.reshape(len(codes), -1)


def check_svdf(operator: Operator) -> SVDFReference:
    """Check an SVDF operator and work out its integers.

    Raises:
        ModelRefused: its tensors contradict each other, or a sum could leave 32 bits.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    options = options_of(operator, SVDFOptions)
    source, target, (weights, time, bias, state) = tensors(operator)
    filters, inputs = weights.shape
    memory, batches = time.shape[1], source.shape[0]
    if options.rank < 1 or filters % options.rank:
        raise refused(operator, f"has {filters} filters and the rank {options.rank}")
    units = filters // options.rank
    wanted = {"input": (batches, inputs), "time weights": (filters, memory), "bias": (units,), "state": (batches, filters * memory)}
    shapes = dict(zip(INPUTS, (each.shape for each in (source, weights, time, bias, state)), strict=True))
    if any(shapes[name] != shape for name, shape in wanted.items()) or target.shape != (batches, units):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} with " + ", ".join(f"{k} {shapes[k]}" for k in INPUTS[1:]))
    scale = np.float32(source.quantized.scale) * np.float32(weights.quantized.scale) / np.float32(state.quantized.scale)
    other = np.float32(state.quantized.scale) * np.float32(time.quantized.scale) / np.float32(target.quantized.scale)
    if not max(scale, other) < 2**31:
        raise refused(operator, f"has the output scale {target.quantized.scale:g}, or the scale {state.quantized.scale:g} of its state, too small")
    result = SVDFReference(
        batches=batches,
        rank=options.rank,
        weights=np.asarray(weights.values(), np.int64),
        time=np.asarray(time.values(), np.int64),
        bias=np.asarray(bias.values(), np.int64),
        input=source.quantized,
        state=state,
        output=target.quantized,
        into_state=Multiplier.of(float(scale)),
        into_output=Multiplier.of(float(other)),
    )
    check_sums(operator, result)
    return result


def tensors(operator: Operator) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor, Tensor, Tensor]]:
    """Input, output, and the constants with the state, with the right types and ranks."""
    if len(operator.inputs) != len(INPUTS) or len(operator.outputs) != 1:
        raise refused(operator, f"has {len(operator.inputs)} inputs and {len(operator.outputs)} outputs")
    source, weights, time, bias, state = operator.inputs
    if bias is None:
        raise unsupported(operator, "without a bias, on which TensorFlow Lite Micro crashes,")
    if source is None or weights is None or time is None or state is None:
        raise refused(operator, "lacks one of its inputs")
    activations(operator)
    for tensor in (weights, time, bias):
        if tensor.data is None:
            raise unsupported(operator, f"with {tensor.name} computed at run time")
    if not state.state:
        raise refused(operator, f"has the state {state.name} that is no variable")
    int8(operator, weights)
    for tensor in (time, state):
        (centred if time.type == "INT16" else int8)(operator, tensor)
    if weights.quantized.zero_point or time.quantized.zero_point:
        raise unsupported(operator, "with asymmetric weights")
    if bias.type != "INT32":
        raise unsupported(operator, f"with {bias.name} of type {bias.type}")
    if any(len(tensor.shape) != 2 for tensor in (source, weights, time)):
        raise refused(operator, f"has inputs of shape {source.shape} and weights of shapes {weights.shape} and {time.shape}")
    return source, operator.outputs[0], (weights, time, bias, state)


def check_sums(operator: Operator, layer: SVDFReference) -> None:
    """No sum may leave 32 bits but the one of an int16 state, which wraps; nor may one that is shifted left."""
    numbers = int(largest_sums(layer.weights, np.zeros(layer.filters, np.int64), layer.input.zero_point).max())
    ends, zero = ENDS[layer.state.type], layer.state.quantized.zero_point
    lines = np.abs(layer.time).reshape(len(layer.bias), -1).sum(axis=1) * max(ends[1] - zero, zero - ends[0]) + np.abs(layer.bias)
    wraps = layer.state.type == "INT16" and not layer.into_output.left_shift
    if numbers << layer.into_state.left_shift > INT32_MAX or (not wraps and int(lines.max()) << layer.into_output.left_shift > INT32_MAX):
        raise refused(operator, f"has sums of up to {numbers} and {int(lines.max())} that overflow 32 bits when they are scaled")


def multiply_accumulates(operator: Operator) -> int:
    """Of each batch all weights and all time weights."""
    weights, time = cast(Tensor, operator.inputs[1]), cast(Tensor, operator.inputs[2])
    return operator.outputs[0].shape[0] * (weights.elements + time.elements)
