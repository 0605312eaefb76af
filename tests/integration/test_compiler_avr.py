"""Compiled C on a processor whose int has 16 bits: an ATmega2560 in simavr answers as the integer model does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.graph import Graph
from plumbline.convert.operators import registered
from plumbline.convert.references import reference_interpreter
from plumbline.convert.references.sequences import Starts
from tests.support import chip_c
from tests.support.avr import AVR, RAM
from tests.support.flatbuffer_writer import random_model, write
from tests.support.input_rows import asked_of
from tests.support.tflite_writer import write_case

pytestmark = [pytest.mark.slow, pytest.mark.skipif(AVR.missing is not None, reason=AVR.missing or "")]

SENSITIVE = [
    *("ADD", "BATCH_MATMUL", "CONV_2D", "DEPTHWISE_CONV_2D", "DEQUANTIZE", "FULLY_CONNECTED", "LOGISTIC", "MUL", "SOFTMAX"),
    *("SQUARED_DIFFERENCE", "SUB", "SVDF", "TANH", "TRANSPOSE_CONV", "UNIDIRECTIONAL_SEQUENCE_LSTM"),
]
"""Operators whose numbers leave 16 bits between the codes."""
ROWS = 4


@pytest.mark.parametrize("per_channel", [True, False])
def test_a_dense_model_on_every_code(tmp_path: Path, per_channel: bool) -> None:
    graph = read(write(random_model(np.random.default_rng(6), 1, per_channel, batches=1)))
    codes = np.arange(-128, 128).astype(np.int8).reshape(-1, 1)
    expected = reference_interpreter.run(graph, codes)
    assert len(graph.operators) > 1
    assert np.unique(expected).size > 20
    np.testing.assert_array_equal(chip_c.run(tmp_path, [graph], [codes], chip=AVR)[0], expected)


def small_cases(name: str) -> Iterator[tuple[Graph, NDArray[np.int8], Starts | None, int]]:
    """Cases of an operator with ROWS rows each, and the bytes that they take of the chip's memory."""
    rng = np.random.default_rng([registered()[name].number, 11])
    while True:
        graph = read(write_case(registered()[name].random_case(rng, "layer")))
        rows, starts = asked_of(rng, graph)
        compiled = compile_graph(graph, "size", bytes(32))
        yield graph, rows[:ROWS], starts if starts is None else starts[:ROWS], compiled.constant_bytes + compiled.memory.bytes + rows[:ROWS].nbytes


@pytest.mark.parametrize("name", SENSITIVE)
def test_operators_whose_numbers_leave_16_bits(tmp_path: Path, name: str) -> None:
    compared, kinds = 0, set()
    for graph, rows, starts, size in small_cases(name):
        kind = graph.operators[0].run_time_inputs[0].type
        if size > RAM or kind in kinds:
            continue
        kinds.add(kind)
        answer = chip_c.run(tmp_path, [graph], [rows], [starts], AVR)[0]
        np.testing.assert_array_equal(answer, reference_interpreter.run(graph, rows, starts=starts), err_msg=kind)
        compared += answer.size
        if kinds == set(registered()[name].types) or len(kinds) == 2:
            break
    assert compared > 0
