"""Public models that nobody here trained, with whatever inputs and outputs: compiled C, the integer model and TensorFlow Lite Micro answer alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import yardstick
from plumbline.convert.importers.flatbuffer.reader import read_any
from plumbline.convert.references import reference_interpreter, tflm
from tests.support import compiled_c
from tests.support.input_rows import rows_for

FOLDER = yardstick.FOLDER.parent / "public"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="needs ../shared/models/public, which is not part of the repository"),
    pytest.mark.skipif(not tflm.available(), reason="needs the tflite-micro wheel"),
    pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler"),
]


@pytest.mark.parametrize("name", ["ambiq_arrhythmia", "simple_add"])
def test_natively(tmp_path: Path, name: str) -> None:
    raw = (FOLDER / f"{name}.tflite").read_bytes()
    graph = read_any(raw)
    rng = np.random.default_rng(3)
    rows = np.concatenate([rows_for(rng, graph) for _ in range(2)])
    wanted = tflm.Interpreter(raw, graph).run(rows)
    np.testing.assert_array_equal(reference_interpreter.run(graph, rows), wanted)
    np.testing.assert_array_equal(compiled_c.run(tmp_path, [graph], [rows])[0], wanted)
    assert len(np.unique(wanted, axis=0)) > 1
