"""Models that nobody here made, by `plumbline.load`: compiled, they answer as TensorFlow Lite Micro does, and their layers as the reference's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import plumbline
from plumbline.common.paths import ROOT
from plumbline.common.rows import put_together, real_values, taken_apart
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.importers.flatbuffer.strip_float_io import cut
from plumbline.convert.importers.flatbuffer.unused_types import called_int8
from plumbline.convert.references import tflm
from plumbline.loaded import shared_library
from tests.support import compiled_c
from tests.support.input_rows import rows_for

MODELS = ROOT.parent / "shared" / "models"
NAMES = {
    "mlperf_tiny/kws": "depthwise convolutions",
    "mlperf_tiny/ad": "dot products alone",
    "public/diy_alexa_marvin": "float32 ends",
    "public/esphome_v2_vad": "a state, and a uint8 output",
    "public/keyword_scrambled_8bit": "int16 in, int32 out",
    "public/rnnoise_INT8": "four inputs, five outputs",
    "public/coral_keras_lstm_mnist": "an LSTM",
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not MODELS.is_dir(), reason="needs ../shared/models, which is not part of the repository"),
    pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler"),
    pytest.mark.skipif(not tflm.available(), reason="needs the tflite-micro wheel"),
]


@pytest.mark.parametrize("name", NAMES)
def test_codes_and_layers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(shared_library, "FLAGS", tuple(each.replace("-O3", "-O1") for each in shared_library.FLAGS))  # it compiles in half the time
    path = MODELS / f"{name}.tflite"
    model, reference = plumbline.load(path, "compiled", cache=tmp_path), plumbline.load(path, "reference")
    raw = called_int8(cut(path.read_bytes())[0])[0]
    graph = read(raw)
    rows = rows_for(np.random.default_rng(0), graph)
    values = taken_apart(rows, graph.inputs)
    given = {end.name: each.reshape(-1, *end.sample_shape) for end, each in zip(model.inputs, values, strict=True)}
    answers = model.codes(given)
    listed = list(answers.values()) if isinstance(answers, dict) else [answers]
    together = put_together([each.reshape(len(rows), -1) for each in listed], model.outputs)
    np.testing.assert_array_equal(together, tflm.Interpreter(raw, graph).run(rows))
    model.reset()
    found, expected = model.layers(codes=given), reference.layers(codes=given)
    assert list(found) == list(expected)
    for layer in found:
        np.testing.assert_array_equal(found[layer].codes, expected[layer].codes, err_msg=layer)


def test_real_numbers_are_those_of_a_model_with_float32_ends() -> None:
    """At numbers that codes stand for, where no rounding decides."""
    litert = pytest.importorskip("ai_edge_litert.interpreter", reason="needs ai-edge-litert")
    path = MODELS / "public" / "diy_alexa_marvin.tflite"
    model = plumbline.load(path, "reference")
    (end,) = model.inputs
    codes = np.random.default_rng(1).integers(-128, 128, (20, *end.sample_shape))
    x = real_values(codes, end).astype(np.float32)
    answers = model(x)
    np.testing.assert_array_equal(answers, real_values(model.codes(codes), model.outputs[0]))
    interpreter = litert.Interpreter(str(path))
    interpreter.allocate_tensors()
    steps = []
    for sample, answer in zip(x, answers, strict=True):
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], sample[np.newaxis])
        interpreter.invoke()
        steps.append(np.abs(interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0] - answer).max() * 256)
    assert max(steps) <= 2  # LiteRT's kernels round otherwise
