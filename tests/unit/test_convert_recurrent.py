"""UNIDIRECTIONAL_SEQUENCE_LSTM: its options and tensors as written, forms nobody here runs refused, its state new in every inference."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from plumbline.common.errors import ModelRefused, PlumblineError
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.graph import Graph, Operator
from plumbline.convert.operators.cases import CaseOperator
from plumbline.convert.operators.macs import multiply_accumulates
from plumbline.convert.operators.shared.sigmoid_table import TABLE, sigmoid, tanh, tanh_scaling
from plumbline.convert.operators.unidirectional_sequence_lstm.random_cases import random_unidirectional_sequence_lstm
from plumbline.convert.operators.unidirectional_sequence_lstm.reference import (
    CELL,
    HIDDEN,
    SequenceLstmOptions,
    check_unidirectional_sequence_lstm,
)
from plumbline.convert.references import reference_interpreter, tflm
from tests.support import compiled_c
from tests.support.input_rows import input_rows
from tests.support.schema_reader import described, described_by_schema
from tests.support.tflite_writer import INT16, INT32, TensorSpec, write_case, write_graph
from tests.support.write_operators import unary

UNITS, INPUTS, STEPS = 3, 2, 5


def tensors(layers: int = 1) -> list[TensorSpec]:
    """An input, and for each layer its output, its state and its 12 constants."""
    rng = np.random.default_rng(8)
    result = [TensorSpec("input", (1, STEPS, INPUTS), (0.02,), (4,))]
    for layer in range(layers):
        name, width, read_scale = f"memory_{layer}", UNITS if layer else INPUTS, 1 / 128 if layer else 0.02
        result += [
            TensorSpec(f"{name}/out", (1, STEPS, UNITS), (1 / 128,), (-2,)),
            TensorSpec(f"{name}/hidden", (1, UNITS), (1 / 128,), (-2,), variable=True),
            TensorSpec(f"{name}/cell", (1, UNITS), (2.0**-11,), (0,), kind=INT16, variable=True),
        ]
        for part, inputs in (("kernel", width), ("recurrent", UNITS)):
            for gate in range(4):
                codes = rng.integers(-127, 128, (UNITS, inputs)).astype(np.int8)
                result.append(TensorSpec(f"{name}/{part}_{gate}", (UNITS, inputs), (0.01,), (0,), codes))
        for gate in range(4):
            codes32 = rng.integers(-5000, 5000, UNITS).astype(np.int32)
            result.append(TensorSpec(f"{name}/bias_{gate}", (UNITS,), (read_scale * 0.01,), (0,), codes32, INT32))
    return result


def places(layer: int = 0) -> tuple[int, ...]:
    """Indices of a layer's tensors as the operator's 24 inputs."""
    first = 1 + 15 * layer
    chosen = [-1] * 24
    chosen[0] = 0 if layer == 0 else first - 15
    chosen[HIDDEN], chosen[CELL] = first + 1, first + 2
    for gate in range(4):
        chosen[1 + gate], chosen[5 + gate], chosen[12 + gate] = first + 3 + gate, first + 7 + gate, first + 11 + gate
    return tuple(chosen)


def lstm(inputs: tuple[int, ...], output: int, cell_clip: float, time_major: bool) -> CaseOperator:
    """The operator over 24 inputs, -1 where one is left out."""
    return CaseOperator("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, (output,), SequenceLstmOptions("TANH", cell_clip, time_major, False))


def written(layers: int = 1, clip: float = 0.0, specs: list[TensorSpec] | None = None) -> bytes:
    specs = specs or tensors(layers)
    operators = [lstm(places(layer), 1 + 15 * layer, clip, time_major=False) for layer in range(layers)]
    return write_graph(specs, operators, 0, 1 + 15 * (layers - 1))


def codes(graph: Graph) -> np.ndarray[tuple[int, ...], np.dtype[np.int8]]:
    return input_rows(np.random.default_rng(3), graph.input.elements, graph.input.quantized.zero_point)


def test_options_and_tensors_are_read_as_written() -> None:
    raw = written(clip=2.5)
    graph = read(raw)
    assert graph.operators[0].options == SequenceLstmOptions("TANH", 2.5, False, False)
    assert described(graph) == described_by_schema(raw)
    assert [tensor.name for tensor in graph.tensors if tensor.state] == ["memory_0/hidden", "memory_0/cell"]
    assert graph.recurrent
    assert multiply_accumulates(graph.operators[0]) == STEPS * 4 * UNITS * (INPUTS + UNITS)


def test_the_layer_is_named_after_what_tells_most() -> None:
    specs = [replace(each, name=f"arith.constant{i}") if "kernel" in each.name else each for i, each in enumerate(tensors())]
    assert read(written(specs=specs)).operators[0].layer == "memory_0/recurrent_0"


def test_every_inference_starts_with_an_empty_state() -> None:
    raw = written()
    graph = read(raw)
    asked = codes(graph)
    expected = reference_interpreter.run(graph, asked)
    np.testing.assert_array_equal(reference_interpreter.run(graph, asked[::-1]), expected[::-1])
    if tflm.available():
        interpreter = tflm.Interpreter(raw, graph)
        np.testing.assert_array_equal(interpreter.run(asked), expected)
        np.testing.assert_array_equal(interpreter.run(asked), expected)
        interpreter.graph = replace(graph, operators=())  # one that keeps no state is not reset
        assert (interpreter.run(asked) != expected).any()


@pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")
def test_two_layers_share_the_table_and_nothing_else(tmp_path: Path) -> None:
    raw = written(layers=2)
    graph = read(raw)
    assert compile_graph(graph, "two", bytes(32)).source.count("static const uint16_t") == 1
    expected = reference_interpreter.run(graph, codes(graph))
    (answer,) = compiled_c.run(tmp_path, [graph], [codes(graph)])
    np.testing.assert_array_equal(answer, expected)
    if tflm.available():
        np.testing.assert_array_equal(tflm.Interpreter(raw, graph).run(codes(graph)), expected)


def test_the_table_is_the_sigmoid_and_both_functions_follow_it() -> None:
    assert np.abs(TABLE - 2**16 / (1 + np.exp(-np.arange(256) / 24))).max() < 1.2
    every = np.arange(-(2**15), 2**15)
    assert np.abs(sigmoid(every) - 2**15 / (1 + np.exp(-every / 2**12))).max() < 8
    assert sigmoid(every).min() == 11
    assert sigmoid(every).max() == 2**15 - 11
    for power in (-15, -12, -9):
        found = tanh(every, *tanh_scaling(power))
        assert np.abs(found - 2**15 * np.tanh(every * 2.0**power)).max() < 16
        assert np.abs(found).max() < 2**15
        assert (np.diff(found) >= 0).all()


def operator(edit: Callable[[Operator], Operator]) -> Operator:
    return edit(read(written()).operators[0])


def with_input(place: int, **changes: object) -> Callable[[Operator], Operator]:
    """The operator with one of its inputs changed."""

    def edit(found: Operator) -> Operator:
        inputs = list(found.inputs)
        tensor = inputs[place] or inputs[1]
        assert tensor is not None
        inputs[place] = replace(tensor, **changes)  # type: ignore[arg-type]
        return replace(found, inputs=tuple(inputs))

    return edit


def quantized(place: int, scale: float, zero: int = 0) -> Callable[[Operator], Operator]:
    def edit(found: Operator) -> Operator:
        tensor = found.inputs[place]
        assert tensor is not None
        return with_input(place, quantization=replace(tensor.quantized, scales=(scale,), zero_points=(zero,)))(found)

    return edit


def with_options(**changes: object) -> Callable[[Operator], Operator]:
    def edit(found: Operator) -> Operator:
        assert isinstance(found.options, SequenceLstmOptions)
        return replace(found, options=replace(found.options, **changes))  # type: ignore[arg-type]

    return edit


REFUSED: dict[str, Callable[[Operator], Operator]] = {
    "lacks its SequenceLstmOptions": lambda found: replace(found, options=None),
    "has 23 inputs": lambda found: replace(found, inputs=found.inputs[:-1]),
    "lacks its input or its state": lambda found: replace(found, inputs=(None, *found.inputs[1:])),
    "with peepholes": with_input(9),
    "with a projection": with_input(16),
    "with layer normalization": with_input(20),
    "with the activation RELU": with_options(activation="RELU"),
    "with diagonal recurrent weights": with_options(diagonal_recurrent=True),
    "clips its cell at inf": with_options(cell_clip=math.inf),
    r"clips its cell at 0\.0001": with_options(cell_clip=1e-4),
    "has a state that is no variable": with_input(HIDDEN, state=False),
    "with a cell of type INT8": with_input(CELL, type="INT8"),
    r"with the cell scale 0\.001, which is no power of two": quantized(CELL, 0.001),
    "with the cell scale 16": quantized(CELL, 16.0),
    "hidden state and an output of different scales": quantized(HIDDEN, 0.5),
    "states of shape": with_input(HIDDEN, shape=(1, UNITS + 1)),
    "without constant weights and bias of its forget gate": with_input(2, data=None),
    "at its output gate, not INT32": with_input(15, type="INT16", shape=(UNITS,)),
    "at its input gate, not INT8": with_input(5, shape=(1, UNITS)),
    "weights that have a zero point": quantized(3, 0.01, 5),
    "too large": quantized(1, 1e9),
    "exceed 30 bits": quantized(4, 3e5),
    "1 or more": lambda found: replace(quantized(HIDDEN, 1e-10)(found), outputs=(quantized_output(found, 1e-10),)),
}


def quantized_output(found: Operator, scale: float):  # type: ignore[no-untyped-def]
    return replace(found.outputs[0], quantization=replace(found.outputs[0].quantized, scales=(scale,), zero_points=(0,)))


@pytest.mark.parametrize("message", REFUSED)
def test_what_the_kernels_do_not_run_is_refused_with_the_reason(message: str) -> None:
    with pytest.raises(PlumblineError, match=message) as caught:
        check_unidirectional_sequence_lstm(operator(REFUSED[message]))
    assert caught.value.hint


def test_a_variable_belongs_to_one_recurrent_operator() -> None:
    specs = [TensorSpec(name, (1, 4), (0.5,), (0,), variable=name == "memory") for name in ("input", "memory", "out")]
    with pytest.raises(ModelRefused, match="RELU reads the variable memory"):
        read(write_graph(specs, [unary("RELU", 1, 2)], 0, 2))
    shared = [each if each != 17 and each != 18 else each - 15 for each in places(1)]
    operators = [lstm(places(0), 1, 0, False), lstm(tuple(shared), 16, 0, False)]
    with pytest.raises(ModelRefused, match="Two operators share the variable memory_0/"):
        read(write_graph(tensors(2), operators, 0, 16))


def test_random_cases_are_of_every_kind() -> None:
    rng = np.random.default_rng(4)
    layers = [
        check_unidirectional_sequence_lstm(read(write_case(random_unidirectional_sequence_lstm(rng, f"case_{i}"))).operators[0]) for i in range(300)
    ]
    assert {layer.time_major for layer in layers} == {True, False}
    assert {layer.batches for layer in layers} == {1, 2, 3}
    assert min(sum(layer.cell_clip > 0 for layer in layers), sum(layer.cell_clip == 0 for layer in layers)) > 30
    assert min(layer.cell_power for layer in layers) < -12
    assert max(layer.cell_power for layer in layers) > -5
    assert any(gate.input_multiplier.left_shift for layer in layers for gate in layer.gates)
