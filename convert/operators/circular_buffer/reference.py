"""CIRCULAR_BUFFER as integers: TensorFlow Lite Micro's custom operator for streaming models.

In the file its output is a variable. In a graph the output is computed, and the operator has variables behind it: the buffer, which the output is,
and the inferences that are still to come before it lets one go on, where these are more than one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.registration import Values
from plumbline.convert.operators.shared.checks import int8, options_of, refused, unsupported

ONCE_EACH = (5, 13, 25)
"""Slots of buffers whose file says no number of inferences, and which let each go on; others let every second one (circular_buffer_common.cc)."""


@dataclass(frozen=True)
class CircularBufferOptions:
    """Options of CIRCULAR_BUFFER: the numbers of its FlexBuffer, in order."""

    cycles_max: int = 0
    """Every how manyth inference goes on behind the operator; 0 or less leaves that to the shape."""


@dataclass(frozen=True)
class CircularBufferReference:
    """`slots` inputs of `depth` codes, the newest last."""

    slots: int
    depth: int
    cycles: int
    """Every how manyth inference goes on."""

    @property
    def ends(self) -> bool:
        """Whether some inferences end here."""
        return self.cycles > 1

    def answer(self, codes: Values, buffer: Values, *left: Values) -> tuple[Values, ...]:
        """Answer codes (N, depth) with the buffer (N, slots * depth) that ends with them, which stays; `left` counts down, and from 0 on anew."""
        joined = np.concatenate([buffer[:, self.depth :], codes], axis=1)
        return (joined, joined, *(np.where(each > 1, each - 1, self.cycles).astype(each.dtype) for each in left))

    def goes_on(self, *left: Values) -> Values:
        """(N,): whether each inference goes on, by the numbers after it."""
        return np.asarray(left[-1][:, 0] == self.cycles)


def check_circular_buffer(operator: Operator) -> CircularBufferReference:
    """Check a CIRCULAR_BUFFER.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it has several batches, or a shape by which TFLM counts how many of these operators a process has prepared.
    """
    source, target = operator.inputs[0] if len(operator.inputs) == 1 else None, operator.outputs[0]
    if source is None or len(operator.results) != 1:
        raise refused(operator, f"has {len(operator.inputs)} inputs and {len(operator.outputs)} outputs")
    for tensor in (source, target):
        int8(operator, tensor)
    if not source.computed:
        raise unsupported(operator, "of a constant")
    if len(source.shape) != 4 or len(target.shape) != 4 or (*source.shape[:1], *source.shape[2:]) != (*target.shape[:1], *target.shape[2:]):
        raise refused(operator, f"maps shape {source.shape} to {target.shape}")
    if source.shape[:2] != (1, 1):
        raise unsupported(operator, f"of shape {source.shape}, with more than one input at a time")
    if (source.quantized.scale, source.quantized.zero_point) != (target.quantized.scale, target.quantized.zero_point):
        raise refused(operator, "has an input and an output of different scales or zero points")
    return CircularBufferReference(target.shape[1], target.shape[2] * target.shape[3], cycles_of(operator))


def cycles_of(operator: Operator) -> int:
    """Every how manyth inference goes on (CircularBufferPrepare in circular_buffer_common.cc)."""
    given, shape = np.int64(options_of(operator, CircularBufferOptions).cycles_max).astype(np.int32), operator.outputs[0].shape
    if given > 0:
        return int(given)
    if len(shape) == 4 and shape[2:] == (2, 96) and shape[1] not in ONCE_EACH:
        raise unsupported(operator, f"of shape {shape} without cycles_max, where TensorFlow Lite Micro counts how many it has prepared,")
    return 1 if len(shape) == 4 and shape[1] in ONCE_EACH else 2


def with_variables(operator: Operator, index: int) -> Operator:
    """The operator as it is in a graph: its output computed, and variables with indices from `index` on behind it."""
    shown = operator.outputs[0]
    zero_point = 0 if shown.quantization is None else shown.quantization.zero_point
    buffer = replace(shown, index=index, name=f"{shown.name}/buffer", state=True, initial=bytes([zero_point & 0xFF]))
    made = [shown, buffer]
    cycles = cycles_of(operator)
    if cycles > 1:
        beginning = cycles.to_bytes(4, "little")
        made.append(Tensor(index + 1, f"{shown.name}/cycles", "INT32", (1,), None, None, state=True, initial=beginning))
    return replace(operator, outputs=tuple(made))
