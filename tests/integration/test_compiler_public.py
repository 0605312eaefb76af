"""Public models, and small files as people have them: natively they answer as TensorFlow Lite Micro, or are refused with the reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from plumbline.common.errors import PlumblineError
from plumbline.common.paths import ROOT
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.importers.flatbuffer.strip_float_io import cut
from plumbline.convert.importers.flatbuffer.unused_types import called_int8
from plumbline.convert.references import reference_interpreter, tflm
from tests.support import compiled_c
from tests.support.input_rows import rows_for

SHARED = ROOT.parent / "shared"
MODELS = sorted([*SHARED.glob("models/public/*.tflite"), *SHARED.glob("cases/tflite_*/*.tflite")])
REFUSED = {
    "person_detect_vela": "a program for Arm's Ethos-U NPU",
    "hello_world_float": "This is a float32 model: it was not quantized",
}
"""Models that no board can run as they are, and why."""
ENDS = {"nxp_yolo_face_detect": (1, 3), "rnnoise_INT8": (4, 5), "two_outputs": (1, 2), "simple_add": (2, 1)}
"""Numbers of inputs and outputs, where there are several."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not MODELS, reason="needs ../shared/models/public and ../shared/cases, which are not part of the repository"),
    pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler"),
    pytest.mark.skipif(not tflm.available(), reason="needs the tflite-micro wheel"),
]


@pytest.mark.parametrize("path", [each for each in MODELS if each.stem not in REFUSED], ids=lambda each: f"{each.parent.name}/{each.stem}")
def test_natively(tmp_path: Path, path: Path) -> None:
    raw = called_int8(cut(path.read_bytes())[0])[0]
    graph = read(raw)
    assert (len(graph.inputs), len(graph.outputs)) == ENDS.get(path.stem, (1, 1))
    rows = rows_for(np.random.default_rng(0), graph)[:2]
    (answer,) = compiled_c.run(tmp_path, [graph], [rows], level="-O0")
    np.testing.assert_array_equal(answer, reference_interpreter.run(graph, rows))
    np.testing.assert_array_equal(answer, tflm.Interpreter(raw, graph).run(rows))


@pytest.mark.parametrize("path", [each for each in MODELS if each.stem in REFUSED], ids=lambda each: each.stem)
def test_refused(path: Path) -> None:
    with pytest.raises(PlumblineError, match=REFUSED[path.stem]):
        compile_graph(read(cut(path.read_bytes())[0]), "refused", bytes(32))
