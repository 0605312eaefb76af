"""Models with variables over long sequences: compiled C, the integer model and TensorFlow Lite Micro answer alike, natively and on a Cortex-M4."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.chips import M4F
from plumbline.common.paths import ROOT
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.importers.flatbuffer.strip_float_io import cut
from plumbline.convert.model.graph import Graph, put_together
from plumbline.convert.references import reference_interpreter, tflm
from plumbline.convert.references.choose_sequences import sequences
from plumbline.convert.references.sequences import Starts
from tests.support import chip_c, compiled_c

pytestmark = pytest.mark.slow

MODELS = ROOT.parent / "shared" / "models" / "public"
WAKE_WORDS = ("esphome_v1_hey_jarvis", "esphome_v2_vad")


def model(name: str) -> tuple[bytes, Graph]:
    """A wake word of Home Assistant between its uint8 ends."""
    path = MODELS / f"{name}.tflite"
    if not path.exists():
        pytest.skip(f"needs {path.name} in {MODELS}")
    raw, _ = cut(path.read_bytes())
    return raw, read(raw)


def spoken(graph: Graph, rows: int) -> tuple[NDArray[np.int8], Starts]:
    """Sequences of what a spectrogram looks like: bands that rise and fall, silence between, and noise; one is longer than all rings."""
    rng = np.random.default_rng(7)
    size = graph.input_bytes
    level = np.cumsum(rng.normal(0, 12, (rows, size)), axis=0) + rng.normal(0, 20, (rows, size))
    noise = rng.integers(-128, 128, (rows, size))
    loud = (np.arange(rows)[:, np.newaxis] // 25) % 3
    values = np.where(loud == 0, -128, np.where(loud == 1, level % 256 - 128, noise)).astype(np.int8)
    starts = np.zeros(rows, bool)
    starts[[0, rows // 2, rows // 2 + 1, rows // 2 + 40]] = True
    return put_together([values], graph.inputs), starts


@pytest.mark.parametrize("name", WAKE_WORDS)
@pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")
def test_a_wake_word_answers_as_the_wheel_does(tmp_path: Path, name: str) -> None:
    raw, graph = model(name)
    assert graph.stateful
    codes, starts = spoken(graph, 400)
    expected = reference_interpreter.run(graph, codes, starts=starts)
    assert len(np.unique(expected)) > 10
    np.testing.assert_array_equal(compiled_c.run(tmp_path, [graph], [codes], starts=[starts])[0], expected)
    if tflm.available():
        np.testing.assert_array_equal(tflm.Interpreter(raw, graph).run(codes, starts), expected)


@pytest.mark.parametrize("name", WAKE_WORDS)
@pytest.mark.skipif(M4F.missing is not None, reason=M4F.missing or "")
def test_a_wake_word_answers_alike_on_a_cortex_m4(tmp_path: Path, name: str) -> None:
    _, graph = model(name)
    codes, starts = spoken(graph, 200)
    np.testing.assert_array_equal(chip_c.run(tmp_path, [graph], [codes], [starts])[0], reference_interpreter.run(graph, codes, starts=starts))


@pytest.mark.parametrize("name", WAKE_WORDS)
def test_each_assignment_that_is_left_out_shows_in_what_a_board_is_asked(name: str) -> None:
    _, graph = model(name)
    asked = sequences(graph)
    right = reference_interpreter.run(graph, asked.codes, starts=asked.starts)
    for number, operator in enumerate(graph.operators):
        if operator.name == "ASSIGN_VARIABLE":
            fault = replace(graph, operators=graph.operators[:number] + graph.operators[number + 1 :])
            assert (reference_interpreter.run(fault, asked.codes, starts=asked.starts) != right).any(), operator.outputs[0].name


@pytest.mark.parametrize("name", WAKE_WORDS)
def test_variables_are_read_and_assigned_where_they_lie(name: str) -> None:
    """What a streaming layer keeps is joined with the input where it is: no copy is left of reading, and none of assigning."""
    source = compile_graph(model(name)[1], name, bytes(32)).source
    assert "memcpy(" not in source
    assert len(re.findall(r"^    memset\(memory", source, re.MULTILINE)) == len(model(name)[1].variables)
