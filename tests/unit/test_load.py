"""`plumbline.load`: numbers and codes in every form, layers by name, states, and what is said of anything else. The reference interpreter runs it."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import plumbline
from plumbline.common.errors import ModelRefused, PlumblineError, UnknownRecipe, UnsupportedOperator, UsageError
from plumbline.common.paths import ROOT
from plumbline.convert.model.schema import BUILTIN_OPERATORS
from plumbline.convert.operators.cases import BOOL, FLOAT32, INT16, INT32, UINT8, CaseOperator, TensorSpec
from tests.support.delay import delay
from tests.support.tflite_writer import OperatorSpec, spec, write_case, write_graph
from tests.support.write_operators import binary, leaky_relu, unary

CODES = ((0.5,), (-7,))
RELU = write_graph([TensorSpec("x", (1, 2, 3), *CODES), TensorSpec("net/relu/Relu", (1, 2, 3), *CODES)], [unary("RELU")], 0, 1)
"""Numbers from -60.5 to 67."""
NUMBER = write_graph([TensorSpec("x", (1, 1), *CODES), TensorSpec("net/relu/Relu", (1, 1), *CODES)], [unary("RELU")], 0, 1)
SUM = write_graph(
    [TensorSpec("a", (1, 4), (0.5,), (0,)), TensorSpec("b", (1, 4), (0.25,), (3,)), TensorSpec("net/add/add", (1, 4), (1.0,), (0,))],
    [binary("ADD", (0, 1), 2)],
    (0, 1),
    2,
)
TWO_ENDS = write_graph(
    [TensorSpec("x", (1, 3), (0.1,), (3,)), TensorSpec("low", (1, 3), (0.1,), (3,)), TensorSpec("high", (1, 3), (1 / 128,), (0,))],
    [unary("RELU", 0, 1), unary("TANH", 1, 2)],
    0,
    (2, 1),
)


def loaded(raw: bytes) -> plumbline.Model:
    return plumbline.load(raw, engine="reference")


def test_a_sample_answers_a_sample_and_a_batch_a_batch() -> None:
    model = loaded(RELU)
    x = np.linspace(-60, 60, 24).reshape(4, 2, 3)
    batch = model(x)
    assert (batch.shape, batch.dtype) == ((4, 2, 3), np.float64)
    np.testing.assert_allclose(batch, np.maximum(x, 0), atol=0.25)
    np.testing.assert_array_equal(model(x[1]), batch[1])
    np.testing.assert_array_equal(model(x[:1]), batch[:1])
    np.testing.assert_array_equal(model(x.tolist()), batch)
    assert model(x[:0]).shape == (0, 2, 3)
    assert model.codes(np.empty((0, 2, 3), np.int8)).dtype == np.int8


@pytest.mark.parametrize("x", [3, 3.0, [3], [[3.0]], np.float32(3), [1, 2, 3], [[1], [2], [3]], []])
def test_a_model_of_one_number_takes_numbers_as_they_come(x: Any) -> None:
    answer = loaded(NUMBER)(x)
    np.testing.assert_array_equal(answer, np.asarray(x, float))
    assert np.shape(answer) == np.shape(x)


def test_a_number_becomes_the_nearest_code_and_a_tie_the_one_away_from_zero() -> None:
    np.testing.assert_array_equal(loaded(NUMBER)([0.24, 0.25, 0.26, 10.75]), [0, 0.5, 0.5, 11])


def test_codes_are_exact_and_have_the_types_of_the_ends() -> None:
    model = loaded(RELU)
    codes = np.arange(-6, 18).reshape(4, 2, 3)
    answer = model.codes(codes)
    assert answer.dtype == np.int8
    np.testing.assert_array_equal(answer, np.maximum(codes, -7))
    np.testing.assert_array_equal(model.codes(codes.astype(np.uint64)[1:]), answer[1:])
    np.testing.assert_array_equal((answer + 7.0) * 0.5, model((codes + 7) * 0.5))


def test_several_inputs_come_in_order_or_by_name() -> None:
    model = loaded(SUM)
    a, b = np.array([1.0, 2, 3, 4]), np.array([0.5, 0.25, 0, -1])
    for given_inputs in ([a, b], (a.tolist(), b), {"b": b, "a": a}):
        np.testing.assert_array_equal(model(given_inputs), [2, 2, 3, 3])
    assert model.codes((np.zeros((5, 4), int), np.zeros((5, 4), int))).shape == (5, 4)
    assert [end.name for end in model.inputs] == ["a", "b"]


def test_several_outputs_are_a_tuple_or_a_dict_as_the_inputs_came() -> None:
    model = loaded(TWO_ENDS)
    high, low = model([0.1, -0.3, 5])
    np.testing.assert_allclose(low, [0.1, 0, 5])
    by_name = model({"x": [0.1, -0.3, 5]})
    assert list(by_name) == ["high", "low"]
    np.testing.assert_array_equal(by_name["high"], high)


def test_layers_by_name_with_their_codes_and_what_these_stand_for() -> None:
    model = loaded(TWO_ENDS)
    x = np.array([[0.1, -0.3, 5], [1, 2, 3]])
    layers = model.layers(x)
    assert tuple(layers) == model.layer_names
    assert len(layers) == 2
    first, last = layers.values()
    assert (first.operator, last.operator) == ("RELU", "TANH")
    np.testing.assert_array_equal(last.reals, model(x)[0])
    np.testing.assert_array_equal(first.codes, np.maximum(np.round(x * 10).astype(int), 0) + 3)
    np.testing.assert_array_equal(model.layer(model.layer_names[0], x[0]).codes, first.codes[0])
    np.testing.assert_array_equal(model.layers(codes=np.full((2, 3), 9))[first.name].codes, 9)
    assert "RELU, int8 (2, 3), 0.1" in repr(first)


def test_a_state_goes_on_from_call_to_call_and_instances_have_their_own() -> None:
    model = loaded(write_case(delay()))
    assert model.stateful
    np.testing.assert_array_equal(model.codes([[5, 5, 5], [6, 6, 6]]), [[1, 2, 3], [5, 5, 5]])
    other = model.copy()
    np.testing.assert_array_equal(model.codes([7, 7, 7]), [6, 6, 6])
    np.testing.assert_array_equal(other.codes([8, 8, 8]), [6, 6, 6])
    np.testing.assert_array_equal(model.layers(codes=[9, 9, 9])[model.layer_names[0]].codes, [7, 7, 7])
    np.testing.assert_array_equal(model.codes([0, 0, 0]), [9, 9, 9])
    model.reset()
    np.testing.assert_array_equal(model.codes([0, 0, 0]), [1, 2, 3])
    np.testing.assert_array_equal(other.codes([0, 0, 0]), [8, 8, 8])
    assert "of them state" in repr(model)


@pytest.mark.parametrize("kind", [FLOAT32, UINT8])
def test_ends_that_a_conversion_cuts_off_are_cut_off_and_keep_their_names(kind: int) -> None:
    scales, zeros = ((), ()) if kind == FLOAT32 else ((0.5,), (121,))
    ends = [TensorSpec(name, (1, 6), scales, zeros, kind=kind) for name in ("sound", "answer")]
    tensors = [ends[0], TensorSpec("a", (1, 6), *CODES), TensorSpec("b", (1, 6), *CODES), ends[1]]
    last = unary("DEQUANTIZE" if kind == FLOAT32 else "QUANTIZE", 2, 3)
    model = loaded(write_graph(tensors, [unary("QUANTIZE", 0, 1), leaky_relu(0.5, 1, 2), last], 0, 3))
    assert [(end.name, end.type) for end in (*model.inputs, *model.outputs)] == [("sound", "INT8"), ("answer", "INT8")]
    np.testing.assert_array_equal(model([4.0, -4, 8, -8, 0, 1]), [4, -2, 8, -4, 0, 1])
    assert "cut off: " in repr(model)


def test_other_types_of_ends() -> None:
    tensors = [TensorSpec("x", (1, 3), (0.25,), (0,), kind=INT16), TensorSpec("y", (1, 3), (0.25,), (0,), kind=INT16)]
    sums = write_graph([*tensors, TensorSpec("z", (1, 3), (0.5,), (0,), kind=INT16)], [binary("ADD", (0, 1), 2)], (0, 1), 2)
    model = loaded(sums)
    assert model.codes(([1, 2, 30000], [1, 2, 0])).tolist() == [1, 2, 15000]
    np.testing.assert_array_equal(model({"x": [1, 2, 3], "y": [1, 1, 1.25]}), [2, 3, 4.5])
    ints = [TensorSpec("x", (1, 3), kind=INT32), TensorSpec("y", (1, 3), kind=INT32), TensorSpec("z", (1, 3), kind=BOOL)]
    answer = loaded(write_graph(ints, [spec(CaseOperator("LESS", (0, 1), (2,)))], (0, 1), 2))(([1, 2, 3], [2, 2, 2]))
    assert (answer.dtype, answer.tolist()) == (bool, [True, False, False])


WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "shape": (lambda: loaded(RELU)(np.zeros((3, 2))), r"x has the shape \(3, 2\)"),
    "a batch too deep": (lambda: loaded(RELU)(np.zeros((1, 1, 2, 3))), r"x has the shape \(1, 1, 2, 3\)"),
    "a ragged list": (lambda: loaded(RELU)([[1, 2, 3], [1]]), "x cannot be made an array"),
    "text": (lambda: loaded(NUMBER)("3"), "takes real numbers, these are <U1"),
    "complex numbers": (lambda: loaded(NUMBER)(1j), "takes real numbers, these are complex128"),
    "NaN": (lambda: loaded(RELU)([[[0, 1, 2], [3, math.nan, 5]]]), r"x\[0, 1, 1\] = nan is not a number; 1 of 6 are none"),
    "too large": (lambda: loaded(RELU)([[0, 1, 2], [3, 67.5, 500]]), r"x\[1, 1\] = 67.5 lies outside what x holds, -60.5 to 67; 2 of 6 do"),
    "infinite": (lambda: loaded(NUMBER)(-math.inf), "x = -inf lies outside"),
    "codes that are real": (lambda: loaded(NUMBER).codes(3.0), "The codes of x are int8, these are float64"),
    "no code": (lambda: loaded(NUMBER).codes([1, 128]), r"x\[1\] = 128 is no code of x: int8 reaches from -128 to 127"),
    "an input too few": (lambda: loaded(SUM)([np.zeros(4)]), "takes 2 inputs, in a list or tuple, or in a dict by name; this is 1 of them"),
    "one array for two": (lambda: loaded(SUM)(np.zeros((2, 4))), "this is a ndarray"),
    "another name": (lambda: loaded(SUM)({"a": np.zeros(4), "c": np.zeros(4)}), "lacks b; it has 'c', which no input is called"),
    "batches of two lengths": (lambda: loaded(SUM)((np.zeros((2, 4)), np.zeros((3, 4)))), "a a batch of 2, b a batch of 3"),
    "a sample and a batch": (lambda: loaded(SUM)((np.zeros(4), np.zeros((1, 4)))), "a one sample, b a batch of 1"),
    "no such layer": (lambda: loaded(TWO_ENDS).layer("lo", [0, 0, 0]), "There is no layer 'lo'"),
    "a layer by its place": (lambda: loaded(TWO_ENDS).layer(1, [0, 0, 0]), "There is no layer 1"),  # type: ignore[arg-type]
    "numbers and codes": (lambda: loaded(NUMBER).layers(1, codes=1), "either real numbers or codes"),
    "no such engine": (lambda: plumbline.load(RELU, engine="compild"), "There is no engine 'compild'. Did you mean compiled"),
    "no engine at all": (lambda: plumbline.load(RELU, engine=None), "There is no engine None"),  # type: ignore[arg-type]
    "masked numbers": (lambda: loaded(NUMBER)(np.ma.masked_equal([0.0], 0.0)), "are masked"),
    "no such file": (lambda: plumbline.load("nothing.tflite"), "nothing.tflite does not exist"),
    "something else": (lambda: plumbline.load(3), "A model is a file or the bytes of one, this is int"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", WRONG)
def test_anything_else_is_refused_with_what_was_expected(name: str) -> None:
    call, message = WRONG[name]
    with pytest.raises(UsageError, match=message):
        call()


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exceptions have notes from Python 3.11 on")
def test_a_notebook_shows_the_hint_as_well() -> None:
    with pytest.raises(UsageError) as caught:
        loaded(RELU)([1, 2, 3])
    assert caught.value.__notes__ == ["(2, 3) is one sample, (N, 2, 3) a batch of N."]


def test_numbers_outside_are_clipped_on_request() -> None:
    np.testing.assert_array_equal(loaded(NUMBER)([500.0, -math.inf, 67.2], clip=True), [67, 0, 67])


def test_no_model_and_operators_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "text.tflite").write_text("<html>")
    with pytest.raises(ModelRefused, match="no TensorFlow Lite model"):
        plumbline.load(tmp_path / "text.tflite")
    with pytest.raises(PlumblineError):
        plumbline.load(b"nothing")
    unknown = OperatorSpec(BUILTIN_OPERATORS.index("UNIQUE"), 1, (0,), (1,))
    with pytest.raises(UnsupportedOperator, match="UNIQUE"):
        plumbline.load(write_graph([TensorSpec("x", (1, 3), *CODES), TensorSpec("y", (1, 3), *CODES)], [unknown], 0, 1))


def test_a_recipe_a_folder_and_a_float_model_mean_what_was_converted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="The recipe digits is not converted") as caught:
        plumbline.load("digits")
    assert "plumbline convert digits" in caught.value.hint
    with pytest.raises(UnknownRecipe):
        plumbline.load("digit")
    folder = tmp_path / "build" / "digits"
    folder.mkdir(parents=True)
    (folder / "model.tflite").write_bytes(RELU)
    for model in ("digits", folder, folder / "model.tflite"):
        assert plumbline.load(model, engine="reference").name == "digits"
    (tmp_path / "own.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(600))
    with pytest.raises(UsageError, match=r"own\.h5 is a float model") as caught:
        plumbline.load("own.h5")
    assert "plumbline convert own.h5" in caught.value.hint
    assert [path.name for path in (tmp_path / "build").iterdir()] == ["digits"]


def test_repr_shows_ends_layers_and_memory() -> None:
    text = repr(loaded(SUM))
    for each in ("input  a: int8 (1, 4), 0.5 * code", "output net/add/add: int8 (1, 4), 1 * code", "layers add", "memory 8 bytes", "reference"):
        assert each in text


@given(st.integers(0, 4), st.booleans(), st.integers(0, 2**32 - 1))
def test_any_batch_answers_as_its_samples_do(count: int, whole: bool, seed: int) -> None:
    model = loaded(SUM)
    rng = np.random.default_rng(seed)
    given_codes = [rng.integers(-128, 128, (count, 4)) for _ in range(2)]
    answer = model.codes(given_codes)
    assert answer.shape == (count, 4)
    for number in range(count):
        alone = [each[number : number + 1] if whole else each[number] for each in given_codes]
        np.testing.assert_array_equal(model.codes(alone), answer[number : number + 1] if whole else answer[number])


def test_importing_the_package_alone_loads_nothing() -> None:
    program = "import sys, plumbline; plumbline.__version__; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "jinja2", "plumbline.loaded", "plumbline.common"} & set(said)
    program = "import sys, plumbline; plumbline.load; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert not {"tensorflow", "keras", "plumbline.host", "plumbline.training"} & set(said)
    assert set(plumbline.__all__) <= set(dir(plumbline))
