"""UNIDIRECTIONAL_SEQUENCE_LSTM as C: its constants, and what its template prints."""

from __future__ import annotations

from typing import Any

import numpy as np

from plumbline.common.quantization import formula
from plumbline.convert.model.graph import C_TYPES, NUMPY_TYPES, Operator, Quantization
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.fixed_point import Multiplier
from plumbline.convert.operators.shared.binary.code import scaled
from plumbline.convert.operators.shared.sigmoid_table import TABLE, Integers, tanh_scaling
from plumbline.convert.operators.step import Step
from plumbline.convert.operators.unidirectional_sequence_lstm.reference import Gate, SequenceLstmReference, check_unidirectional_sequence_lstm

TEMPLATE = "unidirectional_sequence_lstm.c.j2"
HELPERS = {"INT8": ("code", "gate", "cell", "scaled_fast"), "INT16": ("gate_s16", "cell", "scaled_fast")}
"""By the type of input and output."""
SIGMOID = Constant("plumbline_sigmoid", TABLE.astype(np.uint16), "sigmoid(index / 24), of 2^-16")
"""One for all layers: their constants' names begin otherwise."""


def compile_unidirectional_sequence_lstm(operator: Operator, name: str) -> Step:
    """Turn an operator into constants and the facts of its template. Raises what `check_unidirectional_sequence_lstm` raises."""
    layer = check_unidirectional_sequence_lstm(operator)
    scratch = 2 * layer.units + np.dtype(NUMPY_TYPES[layer.type]).itemsize * layer.units  # the cell, and the hidden state before the first step
    return Step(name, TEMPLATE, HELPERS[layer.type], constants(name, layer), described(operator, layer), scratch_bytes=scratch)


def constants(name: str, layer: SequenceLstmReference) -> tuple[Constant, ...]:
    """Weights and biases, those of a unit's four gates side by side, in the order in which they are read; zero points folded into the biases."""
    gates = layer.gates

    def together(values: list[Integers], kind: type[np.signedinteger[Any]]) -> Any:
        return np.stack(values, axis=1).astype(kind)

    sums: type[np.signedinteger[Any]] = np.int32 if layer.type == "INT8" else np.int64
    order = "of each unit in turn: input gate, forget gate, cell gate, output gate"
    bias = [folded(gate.bias, gate.input_weights, layer.input) for gate in gates]
    recurrent_bias = [folded(np.zeros_like(gate.bias), gate.recurrent_weights, layer.hidden) for gate in gates]
    return (
        SIGMOID,
        Constant(f"{name}_weights", together([gate.input_weights for gate in gates], np.int8), f"{layer.inputs} per gate, {order}"),
        Constant(f"{name}_recurrent", together([gate.recurrent_weights for gate in gates], np.int8), f"{layer.units} per gate, {order}"),
        Constant(f"{name}_bias", together(bias, sums), f"bias - input zero point * sum of the gate's weights, {order}"),
        Constant(f"{name}_recurrent_bias", together(recurrent_bias, sums), f"- hidden zero point * sum of the recurrent weights, {order}"),
    )


def folded(bias: Integers, weights: Integers, reads: Quantization) -> Integers:
    """sum w (x - z) + b = sum w x + (b - z sum w)."""
    return np.asarray(bias - reads.zero_point * weights.sum(axis=1), np.int64)


def described(operator: Operator, layer: SequenceLstmReference) -> dict[str, Any]:
    """Facts of the comment, and the C expressions of what the template leaves open."""
    factor, right = tanh_scaling(layer.cell_power)
    index = f"(next * {factor} + {1 << (right - 1)}) >> {right}" if right else f"next * {factor}"
    return {
        "path": operator.title,
        "type": C_TYPES[layer.type],
        "units": layer.units,
        "inputs": layer.inputs,
        "steps": layer.steps,
        "batches": layer.batches,
        "batch_stride": 1 if layer.time_major else layer.steps,
        "step_stride": layer.batches if layer.time_major else 1,
        "input": formula(layer.input),
        "output": formula(layer.hidden),
        "zero_point": layer.hidden.zero_point,
        "cell_power": layer.cell_power,
        "clip": layer.cell_clip,
        "gates": [gate_facts(gate, number, layer) for number, gate in enumerate(layer.gates)],
        "keep": scaled("forgetting * cell", layer.keep),
        "add": scaled("entering * candidate", layer.add),
        "show": scaled(f"showing * plumbline_tanh({index})", layer.show),
    }


def gate_facts(gate: Gate, number: int, layer: SequenceLstmReference) -> dict[str, Any]:
    """The variable that holds a gate's value, and the two halves of what its function is applied to."""

    def half(array: str, codes: str, width: int, bias: str, multiplier: Multiplier) -> str:
        row = f"{array} + {number * width}" if number else array
        function, factor = ("gate", multiplier.mantissa) if layer.type == "INT8" else ("gate_s16", multiplier.fifteen_bits << 16)
        return f"plumbline_{function}({row}, {codes}, {width}, {bias}[{number}], {factor}, {multiplier.shift})"

    return {
        "variable": {"input": "entering", "forget": "forgetting", "cell": "candidate", "output": "showing"}[gate.name],
        "name": gate.name,
        "activation": "plumbline_tanh" if gate.name == "cell" else "plumbline_logistic",
        "scales": gate.weight_scales,
        "halves": (
            half("weights", "x", layer.inputs, "bias", gate.input_multiplier),
            half("recurrent", "hidden", layer.units, "recurrent_bias", gate.recurrent_multiplier),
        ),
    }
