"""The four models of MLPerf Tiny, which nobody here trained: equal to TensorFlow Lite Micro natively under sanitizers and on a Cortex-M4."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import bare_metal
from benchmarks.chips import M4F
from benchmarks.yardstick import FOLDER, TFLM, inputs
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.references import tflm
from tests.support import compiled_c

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="needs ../shared/models/mlperf_tiny, which is not part of the repository"),
    pytest.mark.skipif(not tflm.available(), reason="needs the tflite-micro wheel"),
]
COUNT = 20


@pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")
@pytest.mark.parametrize("name", TFLM)
def test_natively(tmp_path: Path, name: str) -> None:
    raw = (FOLDER / f"{name}.tflite").read_bytes()
    graph = read(raw)
    codes = inputs(graph, COUNT)
    (answer,) = compiled_c.run(tmp_path, [graph], [codes], level="-O2")
    np.testing.assert_array_equal(answer, tflm.Interpreter(raw, graph).run(codes))


@pytest.mark.skipif(M4F.missing is not None, reason=M4F.missing or "")
@pytest.mark.parametrize("name", TFLM)
def test_on_a_cortex_m4_within_the_promised_instructions_code_and_memory(tmp_path: Path, name: str) -> None:
    """At most 0.75 of the instructions of TFLM with CMSIS-NN, which are counted and not timed; code under 16 kB; no more memory than its arena."""
    raw = (FOLDER / f"{name}.tflite").read_bytes()
    graph = read(raw)
    codes = inputs(graph, 10)
    compiled = compile_graph(graph, name, bytes(32))
    board = bare_metal.run(tmp_path, compiled, graph, codes)
    np.testing.assert_array_equal(board.answers, tflm.Interpreter(raw, graph).run(codes))
    instructions, arena = TFLM[name]
    assert board.instructions <= 0.75 * instructions
    assert board.code < 16 * 1024
    assert compiled.memory.bytes <= arena
