"""Functions that boards have no int8 kernel of, as tables: every code becomes what the function makes of it, on every engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from plumbline.common.errors import ModelRefused
from plumbline.convert.importers.flatbuffer.parse import take_apart
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.importers.keras.tables import tabulated
from plumbline.convert.model.schema import BUILTIN_OPERATORS
from plumbline.convert.references import litert, reference_interpreter, tflm
from plumbline.convert.references.golden_data import litert_answers
from tests.support import compiled_c
from tests.support.tflite_writer import FLOAT32, INT32, OperatorSpec, TensorSpec, write_graph
from tests.support.write_operators import unary

pytest.importorskip("tensorflow", reason="TensorFlow is not installed: it comes with plumbline[train]")
wheel = pytest.mark.skipif(not tflm.available(), reason="the tflite-micro wheel exists for Linux on x86-64 only")
CODES = np.arange(-128, 128, dtype=np.int8).reshape(-1, 2)
SHAPE = (1, 2)
IN, OUT = TensorSpec("input", SHAPE, (0.05,), (-20,)), TensorSpec("out", SHAPE, (0.1,), (-128,))
REALS = 0.05 * (CODES.astype(np.float64) + 20)


def function(name: str, source: int, target: int, *more: int) -> OperatorSpec:
    """An operator that nothing here computes, so that it has no folder."""
    return OperatorSpec(BUILTIN_OPERATORS.index(name), 1, (source, *more), (target,))


def real(name: str) -> TensorSpec:
    return TensorSpec(name, SHAPE, kind=FLOAT32)


def answers(raw: bytes, folder: Path) -> NDArray[np.float64]:
    """What the model answers to all codes, the same on every engine, as the numbers meant."""
    graph = read(tabulated(raw))
    expected = tflm.Interpreter(tabulated(raw), graph).run(CODES)
    np.testing.assert_array_equal(reference_interpreter.run(graph, CODES), expected)
    np.testing.assert_array_equal(compiled_c.run(folder, [graph], [CODES])[0], expected)
    return 0.1 * (expected.astype(np.float64) + 128)


@wheel
@pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")
def test_what_lies_in_float32_becomes_one_table(tmp_path: Path) -> None:
    power = TensorSpec("power", (), kind=FLOAT32, data=np.array(1.5, np.float32))
    tensors = [IN, real("given"), real("square"), real("bent"), OUT, power]
    steps = [unary("DEQUANTIZE", 0, 1), function("SQUARE", 1, 2), function("POW", 2, 3, 5), unary("QUANTIZE", 3, 4)]
    raw = write_graph(tensors, steps, 0, 4)
    assert [each.name for each in take_apart(tabulated(raw)).operators] == ["QUANTIZE", "GATHER"]
    np.testing.assert_allclose(answers(raw, tmp_path), np.clip(np.abs(REALS) ** 3, 0, 25.5), atol=0.0501)


@wheel
@pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")
def test_an_operator_on_int8_that_boards_lack_becomes_one_too(tmp_path: Path) -> None:
    raw = write_graph([IN, OUT], [function("EXP", 0, 1)], 0, 1)
    np.testing.assert_allclose(answers(raw, tmp_path), np.clip(np.exp(REALS), 0, 25.5), atol=0.0501)


def test_no_number_is_the_lowest_code() -> None:
    parts = take_apart(tabulated(write_graph([IN, OUT], [function("LOG", 0, 1)], 0, 1)))
    table = parts.operators[-1].inputs[0]
    assert table is not None
    assert set(table.values()[:109].tolist()) == {-128}  # of numbers up to 0, and of those whose logarithm lies below the output's range


def test_what_others_read_stays() -> None:
    tensors = [IN, real("given"), real("square"), OUT, TensorSpec("same", SHAPE, (0.05,), (-20,))]
    steps = [unary("DEQUANTIZE", 0, 1), function("SQUARE", 1, 2), unary("QUANTIZE", 2, 3), unary("QUANTIZE", 1, 4)]
    found = take_apart(tabulated(write_graph(tensors, steps, 0, (3, 4))))
    assert [each.name for each in found.operators] == ["DEQUANTIZE", "QUANTIZE", "GATHER", "QUANTIZE"]


def test_two_computed_numbers_have_no_table() -> None:
    tensors = [IN, real("given"), real("product"), OUT]
    raw = write_graph(tensors, [unary("DEQUANTIZE", 0, 1), function("POW", 1, 2, 1), unary("QUANTIZE", 2, 3)], 0, 3)
    assert tabulated(raw) == raw


@pytest.mark.skipif(not litert.available(), reason="needs LiteRT")
def test_what_litert_lacks_is_held_to_the_wheel_alone() -> None:
    """Tables begin with a QUANTIZE to int32, which LiteRT cannot load."""
    raw = write_graph([IN, replace(OUT, kind=INT32)], [unary("QUANTIZE")], 0, 1)
    graph = read(raw)
    assert litert_answers(raw, graph, CODES, None) is None
    with pytest.raises(ModelRefused, match="LiteRT cannot load"):
        litert.run(raw, graph, CODES)
