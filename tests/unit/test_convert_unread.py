"""What no kernel of TensorFlow Lite Micro reads is no reason to refuse a model: unused tensors, and what a file says of a bias's quantization."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from plumbline.common.errors import ModelRefused, UnsupportedOperator
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.import_model import bring
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.importers.flatbuffer.unused_types import called_int8
from plumbline.convert.references import reference_interpreter, tflm
from tests.support.tflite_writer import INT32, TensorSpec, write_graph
from tests.support.write_operators import fully_connected

SOURCE = TensorSpec("input", (1, 3), (0.1,), (-3,))
WEIGHTS = TensorSpec("net/dense/weights", (2, 3), (0.1, 0.2), (0, 0), np.array([[1, -2, 3], [40, 50, -60]], np.int8))
BIAS = TensorSpec("net/dense/bias", (2,), (0.01, 0.02), (0, 0), np.array([100, -200], np.int32), INT32)
ANSWER = TensorSpec("net/dense/out", (1, 2), (0.05,), (4,))
CODES = np.random.default_rng(5).integers(-128, 128, (50, 3)).astype(np.int8)

RESOURCE, STRING, FLOAT16, INT4, VARIANT, YOUNGER = 13, 5, 1, 17, 14, 19
UNUSED = {
    "a resource": TensorSpec("spare", (1,), kind=RESOURCE),
    "float16 data": TensorSpec("spare", (2,), data=np.zeros(2, np.float16), kind=FLOAT16),
    "two int4 in a byte": TensorSpec("spare", (2,), (0.1,), (0,), np.zeros(1, np.int8), INT4),
    "data of another size": TensorSpec("spare", (2, 2), data=np.zeros(3, np.int8)),
    "a scale of NaN": TensorSpec("spare", (2,), (float("nan"),), (0,)),
}
BIASES = {
    "along an axis it has not": replace(BIAS, axis=3),
    "along axis -1": replace(BIAS, axis=-1),
    "one zero point of two": replace(BIAS, zero_points=(0,)),
    "three scales of two": replace(BIAS, scales=(0.1, 0.2, 0.3), zero_points=(0, 0, 0)),
    "scales of NaN and infinity": replace(BIAS, scales=(float("nan"), float("inf"))),
    "not quantized": replace(BIAS, scales=(), zero_points=()),
}


def model(weights: TensorSpec = WEIGHTS, bias: TensorSpec = BIAS, spare: tuple[TensorSpec, ...] = ()) -> bytes:
    dense = fully_connected((0, 1, 2), 3, version=5)
    return write_graph([SOURCE, weights, bias, ANSWER, *spare], [dense], 0, 3)


def answered(raw: bytes) -> list[list[int]]:
    """The codes of the integer model, which are TensorFlow Lite Micro's where its wheel is."""
    graph = read(raw)
    compile_graph(graph, "unread", bytes(32))
    codes = reference_interpreter.run(graph, CODES)
    if tflm.available():
        np.testing.assert_array_equal(tflm.Interpreter(raw, graph).run(CODES), codes)
    return [[int(code) for code in row] for row in codes]


@pytest.mark.parametrize("what", UNUSED)
def test_a_tensor_that_no_operator_reads_is_no_reason(what: str) -> None:
    assert answered(model(spare=(UNUSED[what],))) == answered(model())


@pytest.mark.parametrize(("kind", "called"), [(STRING, "STRING"), (VARIANT, "VARIANT"), (YOUNGER, "type 19")])
@pytest.mark.parametrize("data", [None, np.zeros(3, np.int8)], ids=["computed", "constant"])
def test_an_unused_tensor_whose_type_tensorflow_lite_micro_refuses_is_called_int8(kind: int, called: str, data: NDArray[np.int8] | None) -> None:
    raw = model(spare=(TensorSpec("spare", (2,), data=data, kind=kind),))
    changed, names = called_int8(raw)
    assert names == (f"spare ({called})",)
    assert sum(before != now for before, now in zip(raw, changed, strict=True)) == 1
    assert answered(changed) == answered(model())


def test_types_that_tensorflow_lite_micro_takes_stay() -> None:
    raw = model(spare=tuple(UNUSED.values()))
    assert called_int8(raw) == (raw, ())


def test_bringing_a_model_says_what_was_called_int8(tmp_path: Path) -> None:
    path, lines = tmp_path / "odd.tflite", list[str]()
    path.write_bytes(model(spare=(TensorSpec("spare", (2,), kind=STRING),)))
    bring(path, tmp_path / "build", lines.append)
    assert "odd.tflite: unused tensors called INT8, as TensorFlow Lite Micro refuses their types: spare (STRING)" in lines


@pytest.mark.parametrize("what", BIASES)
def test_the_quantization_of_a_bias_is_no_reason(what: str) -> None:
    assert answered(model(bias=BIASES[what])) == answered(model())


def test_weights_are_scaled_along_their_outputs() -> None:
    with pytest.raises(UnsupportedOperator, match=r"quantized along axis 1 of \(2, 3\)"):
        compile_graph(read(model(replace(WEIGHTS, axis=1, scales=(0.1, 0.2, 0.3), zero_points=(0, 0, 0)))), "unread", bytes(32))
    with pytest.raises(ModelRefused, match=r"has 3 scales along axis 0 of \(2, 3\)"):
        compile_graph(read(model(replace(WEIGHTS, scales=(0.1, 0.2, 0.3), zero_points=(0, 0, 0)))), "unread", bytes(32))
