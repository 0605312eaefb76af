"""A Dense layer with one input becomes a line per output: the one neuron of y = 2x - 1 costs a few instructions."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmarks import bare_metal
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.graph import Graph
from plumbline.convert.operators.fully_connected.affine import CODES, affine_form
from plumbline.convert.operators.fully_connected.reference import check_fully_connected
from tests.support.flatbuffer_writer import Dense, Model, random_model, write


def neuron(weight_scale: float = 0.0157234613, bias: int = -630, output: tuple[float, int] = (0.199687958, 5)) -> Graph:
    """The model of y = 2x - 1, or one like it."""
    layer = Dense(np.array([[127]], np.int8), np.array([bias], np.int32), (weight_scale,), *output)
    return read(write(Model(0.1, 0, (layer,))))


@pytest.mark.slow
def test_a_line_gives_every_code() -> None:
    rng = np.random.default_rng(7)
    found = 0
    for number in range(300):
        layer = check_fully_connected(read(write(random_model(rng, 1, per_channel=bool(number % 2)))).operators[0])
        answer = affine_form(layer)
        if answer:
            found += 1
            codes = np.clip((answer.slope.astype(np.int64) * CODES[:, None] + answer.offset) >> answer.shift, -128, 127)
            np.testing.assert_array_equal(codes, layer.answer(CODES.astype(np.int8).reshape(-1, 1)))
    assert found > 100


def test_what_an_activation_cuts_off_is_no_line() -> None:
    layer = Dense(np.array([[127]], np.int8), None, (0.01,), 0.1, 0, "RELU")
    assert affine_form(check_fully_connected(read(write(Model(0.1, 0, (layer,)))).operators[0])) is None


@pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="needs arm-none-eabi-gcc")
@pytest.mark.parametrize("graph", [neuron(), neuron(0.0157, -600, (0.1566, 6)), neuron(0.02, 40, (0.3, -7))])
def test_the_neuron_takes_12_instructions_and_40_bytes_at_most(tmp_path: Path, graph: Graph) -> None:
    compiled = compile_graph(graph, "neuron", bytes(32))
    instructions, code = bare_metal.straight_line(tmp_path, compiled)
    assert instructions <= 12
    assert code + compiled.constant_bytes <= 40
