"""Public models of several inputs or outputs, whole: natively under sanitizers as TensorFlow Lite Micro answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from plumbline.common.paths import ROOT
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.references import reference_interpreter, tflm
from tests.support import compiled_c
from tests.support.input_rows import rows_for

FOLDER = ROOT.parent / "shared" / "models" / "public"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler"),
    pytest.mark.skipif(not tflm.available(), reason="needs the tflite-micro wheel"),
]


@pytest.mark.parametrize(("name", "ends"), [("nxp_yolo_face_detect", (1, 3)), ("rnnoise_INT8", (4, 5))])
def test_natively(tmp_path: Path, name: str, ends: tuple[int, int]) -> None:
    path = FOLDER / f"{name}.tflite"
    if not path.is_file():
        pytest.skip(f"needs ../shared/models/public/{name}.tflite, which is not part of the repository")
    raw = path.read_bytes()
    graph = read(raw)
    assert (len(graph.inputs), len(graph.outputs)) == ends
    rows = rows_for(np.random.default_rng(0), graph)[:3]
    (answer,) = compiled_c.run(tmp_path, [graph], [rows])
    np.testing.assert_array_equal(answer, reference_interpreter.run(graph, rows))
    np.testing.assert_array_equal(answer, tflm.Interpreter(raw, graph).run(rows))
    assert len(np.unique(answer, axis=0)) == len(rows)
