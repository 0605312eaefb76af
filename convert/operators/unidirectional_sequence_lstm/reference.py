"""UNIDIRECTIONAL_SEQUENCE_LSTM as integers, as in TensorFlow Lite Micro's lstm_eval.cc: int8 weights, int8 or int16 at both ends, an int16 cell.

TensorFlow Lite Micro keeps hidden state and cell from one inference to the next until somebody resets them. Everything here begins each inference
with a hidden state of real 0 and an empty cell, as a Keras layer does that is not stateful; whoever asks another runtime resets it first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Quantization, Tensor
from plumbline.convert.operators.fixed_point import ENDS, INT16, INT32_MAX, LARGEST_SCALED, Multiplier, apply_each, apply_each_once
from plumbline.convert.operators.options import activation, flag, real
from plumbline.convert.operators.shared.checks import centred, int8, options_of, refused, unsupported
from plumbline.convert.operators.shared.sigmoid_table import Integers, sigmoid, tanh, tanh_scaling
from plumbline.convert.operators.shared.weighted.reference import LARGEST_LONG, largest_sums, multipliers


@dataclass(frozen=True)
class SequenceLstmOptions:
    """Options of UNIDIRECTIONAL_SEQUENCE_LSTM."""

    activation: Annotated[str, activation(0)]
    """Of the cell gate and of the cell's way to the output: TANH."""
    cell_clip: Annotated[float, real(1)]
    """Largest magnitude of the cell, in real units; 0 for none."""
    time_major: Annotated[bool, flag(3)]
    """Whether input and output are (time, batch, ...) instead of (batch, time, ...)."""
    diagonal_recurrent: Annotated[bool, flag(5)]
    """Whether recurrent weights are diagonals only."""


GATES = ("input", "forget", "cell", "output")
"""In the order of the operator's tensors: weights of the input from index 1, of the hidden state from 5, biases from 12."""

INPUT_WEIGHTS, RECURRENT_WEIGHTS, BIASES, HIDDEN, CELL, INPUTS = 1, 5, 12, 18, 19, 24
VARIANTS = {"peepholes": (9, 10, 11), "a projection": (16, 17), "layer normalization": (20, 21, 22, 23)}
"""Inputs of LSTMs that TensorFlow Lite Micro does not have either."""

GATE_SCALE, GATE_OUTPUT_SCALE = 2.0**-12, 2.0**-15


@dataclass(frozen=True)
class Gate:
    """activation(sum of input_weights * inputs + sum of recurrent_weights * hidden + bias) for every unit.

    `input_weights` (units, inputs), `recurrent_weights` (units, units) and `bias` (units,) are int64 arrays of int8 and int32 values.
    """

    name: str
    input_weights: Integers
    recurrent_weights: Integers
    bias: Integers
    input_multiplier: Multiplier
    """Input scale * weight scale / 2^-12."""
    recurrent_multiplier: Multiplier
    """Hidden scale * weight scale / 2^-12."""
    weight_scales: tuple[float, float]
    """Of the input's weights and of the recurrent ones."""


@dataclass(frozen=True)
class SequenceLstmReference:
    """An LSTM over `steps` time steps on each of `batches` sequences."""

    batches: int
    steps: int
    time_major: bool
    gates: tuple[Gate, Gate, Gate, Gate]
    """In the order of GATES."""
    input: Quantization
    hidden: Quantization
    """Of the output as well."""
    cell_power: int
    """The cell's codes are of 2**cell_power."""
    cell_clip: int
    """Largest magnitude of a cell's code; 0 for none but int16's."""
    keep: Multiplier
    """From forget gate * cell to the cell's scale."""
    add: Multiplier
    """From input gate * cell gate to the cell's scale."""
    show: Multiplier
    """From output gate * tanh(cell) to the hidden scale."""
    type: str
    """Of input and output, INT8 or INT16: sums of int16 have 64 bits and are rounded once."""

    @property
    def units(self) -> int:
        return len(self.gates[0].bias)

    @property
    def inputs(self) -> int:
        """Numbers of one time step."""
        return int(self.gates[0].input_weights.shape[1])

    def answer(self, codes: NDArray[Any]) -> NDArray[Any]:
        """Answer input codes (N, batches * steps * inputs) with the hidden state after every step, (N, batches * steps * units)."""
        shape = (len(codes), self.steps, self.batches) if self.time_major else (len(codes), self.batches, self.steps)
        sequence = codes.astype(np.int64).reshape(*shape, self.inputs) - self.input.zero_point
        sequence = sequence if self.time_major else sequence.swapaxes(1, 2)
        hidden = np.zeros((len(codes), self.batches, self.units), np.int64)  # zero point taken off
        cell = np.zeros_like(hidden)
        found = []
        for step in range(self.steps):
            hidden, cell = self.step(sequence[:, step], hidden, cell)
            found.append(hidden + self.hidden.zero_point)
        answer = np.stack(found, axis=1 if self.time_major else 2)
        return np.asarray(answer, codes.dtype).reshape(len(codes), -1)

    def step(self, inputs: Integers, hidden: Integers, cell: Integers) -> tuple[Integers, Integers]:
        """Hidden state (N, batches, units), without its zero point, and cell of the same shape after one more time step."""
        entering, forgetting, candidate, showing = (self.sums(gate, inputs, hidden) for gate in self.gates)
        kept = np.clip(self.keep.apply(sigmoid(forgetting) * cell), *INT16)
        added = np.clip(self.add.apply(sigmoid(entering) * tanh(candidate, *tanh_scaling(-12))), *INT16)
        cell = np.clip(kept + added, *INT16)
        if self.cell_clip:
            cell = np.clip(cell, -self.cell_clip, self.cell_clip)
        code = self.show.apply(tanh(cell, *tanh_scaling(self.cell_power)) * sigmoid(showing)) + self.hidden.zero_point
        return np.clip(code, *ENDS[self.type]) - self.hidden.zero_point, cell

    def sums(self, gate: Gate, inputs: Integers, hidden: Integers) -> Integers:
        """What the gate's activation is applied to, of 2**-12: two sums that are brought to int16 apart."""
        apply = apply_each if self.type == "INT8" else apply_each_once
        from_input = np.clip(apply((gate.input_multiplier,), inputs @ gate.input_weights.T + gate.bias), *INT16)
        from_hidden = np.clip(apply((gate.recurrent_multiplier,), hidden @ gate.recurrent_weights.T), *INT16)
        return np.asarray(np.clip(from_input + from_hidden, *INT16), np.int64)


def check_unidirectional_sequence_lstm(operator: Operator, float_product: bool = False) -> SequenceLstmReference:
    """Check a UNIDIRECTIONAL_SEQUENCE_LSTM and work out its integers.

    Args:
        operator: from the graph.
        float_product: as in `weighted.multipliers`.

    Raises:
        ModelRefused: its tensors contradict each other, or a sum could exceed 2^30.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    options = options_of(operator, SequenceLstmOptions)
    source, target, hidden, cell = ends(operator, options)
    first, second, inputs = source.shape
    batches, steps = (second, first) if options.time_major else (first, second)
    units = target.shape[-1]
    if target.shape != (first, second, units) or any(state.elements != batches * units for state in (hidden, cell)):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} with states of shape {hidden.shape} and {cell.shape}")
    power = math.log2(cell.quantized.scale)
    if power != int(power) or not -27 <= power <= 2:
        raise unsupported(operator, f"with the cell scale {cell.quantized.scale:g}, which is no power of two from 2^-27 to 2^2")
    found = tuple(gate(operator, number, (units, inputs), (source.quantized, hidden.quantized), float_product) for number in range(len(GATES)))
    return SequenceLstmReference(
        batches=batches,
        steps=steps,
        time_major=options.time_major,
        gates=cast(tuple[Gate, Gate, Gate, Gate], found),
        input=source.quantized,
        hidden=hidden.quantized,
        cell_power=int(power),
        cell_clip=clip(operator, options.cell_clip, cell.quantized.scale),
        keep=product(operator, GATE_OUTPUT_SCALE),
        add=product(operator, GATE_OUTPUT_SCALE**2 / cell.quantized.scale),
        show=product(operator, GATE_OUTPUT_SCALE**2 / hidden.quantized.scale),
        type=source.type,
    )


def ends(operator: Operator, options: SequenceLstmOptions) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Input, output, hidden state and cell, with the right types, and none of the variants' tensors."""
    if len(operator.inputs) != INPUTS or len(operator.outputs) != 1:
        raise refused(operator, f"has {len(operator.inputs)} inputs and {len(operator.outputs)} outputs, not {INPUTS} and 1")
    for name, places in VARIANTS.items():
        if any(operator.inputs[place] is not None for place in places):
            raise unsupported(operator, f"with {name}")
    if options.activation != "TANH":
        raise unsupported(operator, f"with the activation {options.activation}")
    if options.diagonal_recurrent:
        raise unsupported(operator, "with diagonal recurrent weights")
    source, hidden, cell, target = operator.inputs[0], operator.inputs[HIDDEN], operator.inputs[CELL], operator.outputs[0]
    if source is None or hidden is None or cell is None:
        raise refused(operator, "lacks its input or its state")
    if not source.computed:
        raise unsupported(operator, "of a constant")
    if not (hidden.state and cell.state):
        raise refused(operator, "has a state that is no variable")
    for tensor in (source, hidden, target):
        (centred if source.type == "INT16" else int8)(operator, tensor)
    if cell.type != "INT16" or cell.quantization is None or cell.quantization.per_channel or cell.quantization.zero_point:
        raise unsupported(operator, f"with a cell of type {cell.type}, or one that is not quantized around 0")
    if hidden.quantization != target.quantization:
        raise refused(operator, "has a hidden state and an output of different scales")
    if len(source.shape) != 3 or len(target.shape) != 3:
        raise refused(operator, f"maps shape {source.shape} to {target.shape}")
    return source, target, hidden, cell


def gate(operator: Operator, number: int, shape: tuple[int, int], reads: tuple[Quantization, Quantization], float_product: bool) -> Gate:
    """One gate, its tensors checked; `shape` is (units, inputs), `reads` the quantization of input and hidden state."""
    name = GATES[number]
    units, inputs = shape
    found = [operator.inputs[at + number] for at in (INPUT_WEIGHTS, RECURRENT_WEIGHTS, BIASES)]
    types = ("INT8", "INT8", "INT32" if operator.outputs[0].type == "INT8" else "INT64")
    for tensor, wanted, kind in zip(found, ((units, inputs), (units, units), (units,)), types, strict=True):
        if tensor is None or tensor.data is None:
            raise unsupported(operator, f"without constant weights and bias of its {name} gate")
        if tensor.shape != wanted or tensor.type != kind or (kind == "INT8" and tensor.quantization is None):
            raise refused(operator, f"has {tensor.name} of type {tensor.type} and shape {tensor.shape} at its {name} gate, not {kind} {wanted}")
        if tensor.quantization is not None and (tensor.quantization.per_channel or tensor.quantization.zero_point):
            raise unsupported(operator, "with weights that have a zero point or a scale per unit")
    weights, recurrent, bias = (cast(Tensor, tensor) for tensor in found)
    scales = (weights.quantized.scale, recurrent.quantized.scale)
    if max(scales) * max(each.scale for each in reads) / GATE_SCALE >= 2**31:
        raise refused(operator, f"has weights of the scale {max(scales):g}, too large")
    factors = [multipliers(each.scale, (scale,), GATE_SCALE, float_product)[0] for each, scale in zip(reads, scales, strict=True)]
    matrices = [np.asarray(tensor.values(), np.int64) for tensor in (weights, recurrent)]
    biases = np.asarray(bias.values(), np.int64)
    for matrix, each, factor, added in zip(matrices, reads, factors, (biases, np.zeros(units, np.int64)), strict=True):
        check_sums(operator, matrix, each, factor, added)
    return Gate(name, matrices[0], matrices[1], biases, factors[0], factors[1], scales)


def check_sums(operator: Operator, matrix: Integers, reads: Quantization, factor: Multiplier, bias: Integers) -> None:
    """No sum may exceed 2^30, with the zero point taken off first or folded into the bias, nor when it is shifted left; of int16 what comes of it may
    not exceed 32 bits."""
    kind = operator.outputs[0].type
    largest = int(largest_sums(matrix, bias, reads.zero_point, ENDS[kind]).max())
    if kind == "INT16":
        if largest >= LARGEST_LONG or factor.shift > 7 or largest * 2.0 ** (factor.shift - 31) * factor.mantissa >= INT32_MAX:
            raise refused(operator, f"has sums of up to {largest}, too large for its gates")
        return
    if largest << factor.left_shift > LARGEST_SCALED:
        raise refused(operator, f"has sums of up to {largest}, shifted left by {factor.left_shift}, which exceed 30 bits")


def product(operator: Operator, real: float) -> Multiplier:
    """The multiplier of a product of two codes of 2^-15, which must not be shifted left."""
    multiplier = Multiplier.of(min(real, 2.0**31))
    if multiplier.left_shift:
        raise refused(operator, f"multiplies products of its gates by {real:g}, which is 1 or more")
    return multiplier


def clip(operator: Operator, real: float, scale: float) -> int:
    """The largest magnitude of a cell's code, as CreateLstmCellStateInfo in lstm_eval_common.cc; 0 for no limit."""
    if not math.isfinite(real):
        raise refused(operator, f"clips its cell at {real}")
    code = int(min(real / scale, 32767.0)) if real > 0 else 0
    if real > 0 and code == 0:
        raise refused(operator, f"clips its cell at {real:g}, below one step of it")
    return code


def multiply_accumulates(operator: Operator) -> int:
    """Of four gates with weights (units, inputs) and (units, units), at every step."""
    weights, output = cast(Tensor, operator.inputs[INPUT_WEIGHTS]), operator.outputs[0]
    return output.elements * len(GATES) * (weights.shape[-1] + output.shape[-1])
