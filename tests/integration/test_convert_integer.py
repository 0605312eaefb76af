"""The integer model computes what TensorFlow Lite Micro computes: its arithmetic step by step, and whole models against the wheel."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbline.common.errors import ModelRefused, UnsupportedOperator
from plumbline.common.paths import ROOT
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.operators.fixed_point import Multiplier, activation_range, apply_each
from plumbline.convert.operators.fully_connected.reference import check_fully_connected
from plumbline.convert.operators.shared.weighted.reference import multipliers
from plumbline.convert.references import reference_interpreter, tflm
from plumbline.convert.references.golden_data import expect
from tests.support.codes import codes_for
from tests.support.flatbuffer_writer import Dense, Model, random_model, write

wheel = pytest.mark.skipif(not tflm.available(), reason="the tflite-micro wheel exists for Linux on x86-64 only")
AD = ROOT.parent / "shared" / "models" / "mlperf_tiny" / "ad.tflite"


def half_away(value: Fraction) -> int:
    return int(math.copysign(1, value)) * math.floor(abs(value) + Fraction(1, 2))


@given(st.floats(1e-12, 1e6), st.integers(-(2**31), 2**31 - 1))
@settings(max_examples=500)
def test_a_multiplier_rounds_twice_as_written_in_exact_rationals(real: float, value: int) -> None:
    multiplier = Multiplier.of(real)
    if abs(value) << multiplier.left_shift > 2**31 - 1:
        value >>= multiplier.left_shift + 1
    high = math.floor(Fraction(value << multiplier.left_shift) * multiplier.mantissa / 2**31 + Fraction(1, 2))
    expected = half_away(Fraction(high, 2**multiplier.right_shift))
    assert multiplier.apply(np.array([value], np.int64))[0] == expected


@given(st.floats(1e-9, 1e9))
@settings(max_examples=500)
def test_a_multiplier_is_the_nearest_with_31_bits(real: float) -> None:
    multiplier = Multiplier.of(real)
    assert 2**30 <= multiplier.mantissa < 2**31
    assert abs(Fraction(multiplier.mantissa) * Fraction(2) ** (multiplier.shift - 31) - Fraction(real)) <= Fraction(2) ** (multiplier.shift - 32)


def test_multipliers_at_the_edges() -> None:
    assert Multiplier.of(0.0) == Multiplier(0, 0)
    assert Multiplier.of(1.0) == Multiplier(2**30, 1)
    assert Multiplier.of(1 - 2.0**-40) == Multiplier(2**30, 1)  # rounds up to the next power of two
    assert Multiplier.of(2.0**-32) == Multiplier(2**30, -31)
    assert Multiplier.of(2.0**-33) == Multiplier(0, 0)


@pytest.mark.parametrize("shape", [(3,), (0, 3), (2, 3), (2, 5, 3), (2, 7, 30, 3), (2, 30, 40, 3), (2, 2, 2000, 3)])
@pytest.mark.parametrize("real", [(0.3, 0.004, 0.6), (0.3, 1.7, 5.0), (0.01,)], ids=["right", "left and right", "one"])
def test_each_channel_is_multiplied_by_its_own_wherever_it_lies(shape: tuple[int, ...], real: tuple[float, ...]) -> None:
    multipliers = [Multiplier.of(each) for each in real]
    values = np.random.default_rng(1).integers(-(2**20), 2**20, shape)
    one_by_one = np.stack([multipliers[at % len(real)].apply(values[..., at]) for at in range(3)], axis=-1)
    assert (apply_each(multipliers, values) == one_by_one).all()


def test_double_rounding_differs_from_single_rounding() -> None:
    # 1.4999999 rounds up to 1.5 in the first step and then to 2; a single rounding gives 1.
    multiplier = Multiplier(2**30, -1)  # a quarter
    assert [int(v) for v in multiplier.apply(np.array([5, 6, -5, -6, -7], np.int64))] == [2, 2, -1, -2, -2]
    assert round(5 / 4) == 1


@pytest.mark.parametrize(("activation", "expected"), [("NONE", (-128, 127)), ("RELU", (-10, 127)), ("RELU6", (-10, 50)), ("RELU_N1_TO_1", (-20, 0))])
def test_fused_activations_become_code_ranges(activation: str, expected: tuple[int, int]) -> None:
    assert activation_range(activation, 0.1, -10) == expected


@wheel
@pytest.mark.parametrize("per_channel", [False, True], ids=["per tensor", "per channel"])
def test_random_models_answer_like_the_wheel(per_channel: bool) -> None:
    rng = np.random.default_rng(11 + per_channel)
    answers = []
    for trial in range(150):
        inputs = 1 if trial % 2 else int(rng.integers(2, 40))
        raw = write(random_model(rng, inputs, per_channel, batches=3 if trial % 10 == 0 else 1))
        graph = read(raw)
        codes = codes_for(rng, graph.input.elements)
        expected = tflm.Interpreter(raw, graph).run(codes)
        np.testing.assert_array_equal(reference_interpreter.run(graph, codes), expected, err_msg=f"trial {trial}")
        answers.append(len(np.unique(expected)))
    assert np.median(answers) > 100  # the models do not merely clamp


@wheel
@pytest.mark.skipif(not AD.is_file(), reason="needs ../shared/models/mlperf_tiny, which is not part of the repository")
def test_a_real_model_answers_like_the_wheel_and_shows_the_older_rule() -> None:
    raw = AD.read_bytes()
    graph = read(raw)
    codes = np.random.default_rng(0).integers(-128, 128, (1000, 640)).astype(np.int8)
    expected = tflm.Interpreter(raw, graph).run(codes)
    np.testing.assert_array_equal(reference_interpreter.run(graph, codes), expected)
    older = reference_interpreter.run(graph, codes, float_product=True)
    assert 0 < (older != expected).sum() < 30
    assert np.abs(older.astype(int) - expected).max() == 1


@pytest.mark.slow
@wheel
def test_the_wheel_multiplies_the_scales_in_double() -> None:
    scale, weight, target = (float(np.float32(v)) for v in (0.054354507476091385, 0.04483253136277199, 136.461181640625))
    today, older = (multipliers(scale, (weight,), target, rule)[0] for rule in (False, True))
    sums = np.arange(-(2**23), 2**23)
    differing = sums[(today.apply(sums) != older.apply(sums)) & (np.abs(today.apply(sums)) < 120)]
    assert len(differing) >= 50
    # With an input that stands for 0 every output is its bias, rescaled.
    layer = Dense(np.ones((len(differing), 1), np.int8), differing.astype(np.int32), (weight,), target, 0)
    raw = write(Model(scale, 7, (layer,)))
    graph = read(raw)
    codes = codes_for(np.random.default_rng(0), 1)
    expected = tflm.Interpreter(raw, graph).run(codes)
    np.testing.assert_array_equal(reference_interpreter.run(graph, codes), expected)
    assert (reference_interpreter.run(graph, codes, float_product=True)[128 + 7] != expected[128 + 7]).all()


def test_the_product_of_scales_can_be_rounded_to_float32() -> None:
    scales = (float(np.float32(0.1)), (float(np.float32(0.3)),), float(np.float32(0.7)))
    today, older = (multipliers(*scales, float_product=rule)[0] for rule in (False, True))
    assert today != older
    assert abs(today.mantissa - older.mantissa) < 2**8
    assert multipliers(scales[0], scales[1] * 2, scales[2]) == multipliers(scales[0], scales[1] * 2, scales[2], float_product=True)


DENSE = Dense(np.array([[1, 2]], np.int8), np.array([3], np.int32), (0.5,), 0.25, 0)


def one_layer(**change: object) -> bytes:
    return write(Model(0.5, 0, (replace(DENSE, **change),)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "error", "message"),
    [
        (one_layer(activation="TANH"), UnsupportedOperator, "model/dense_0/MatMul.*fused activation TANH"),
        (one_layer(bias=np.array([3, 4], np.int32)), ModelRefused, "2 biases for 1 outputs"),
        (one_layer(bias=np.array([2**31 - 1], np.int32)), ModelRefused, "overflow 32 bits"),
        (
            one_layer(scale=1e-7, weight_scales=(100.0,)),
            ModelRefused,
            "shifted left by .* overflow 32 bits: its output has the scale 1e-07, .*dead ReLU",
        ),
        (one_layer(scale=1e-8, weight_scales=(1e6,)), ModelRefused, "too small"),
        (write(Model(0.5, 0, (DENSE,)), operator=1), ModelRefused, "model/dense_0/MatMul.*lacks its Pool2DOptions"),
        (write(Model(0.5, 0, (DENSE,)), operator=136), UnsupportedOperator, "model/dense_0/MatMul.*no HASHTABLE"),
    ],
    ids=["activation", "biases", "sum", "shift", "scale", "options", "operator"],
)
def test_what_the_kernels_cannot_run_is_refused_with_its_layer(raw: bytes, error: type[Exception], message: str) -> None:
    graph = read(raw)
    with pytest.raises(error, match=message):
        reference_interpreter.run(graph, np.zeros((1, graph.input.elements), np.int8))


def test_a_zero_point_folds_into_the_bias_exactly() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        graph = read(write(random_model(rng, 5, per_channel=False)))
        layer = check_fully_connected(graph.operators[0])
        codes = rng.integers(-128, 128, (10, 5))
        np.testing.assert_array_equal(codes @ layer.weights.T + layer.folded_bias, (codes - layer.input.zero_point) @ layer.weights.T + layer.bias)


@wheel
def test_a_model_the_wheel_cannot_load_is_refused_with_its_reason() -> None:
    raw = write(Model(0.5, 0, (DENSE,)), operator=136)
    with pytest.raises(ModelRefused, match=r"TensorFlow Lite Micro cannot load the model: .*HASHTABLE"):
        tflm.Interpreter(raw, read(raw))


def test_without_the_wheel_the_integer_model_takes_its_place_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = write(random_model(np.random.default_rng(8), 1, True))
    graph, codes = read(raw), codes_for(np.random.default_rng(0), 1)
    monkeypatch.setattr(tflm, "available", lambda: False)
    expected, oracle, used = expect(raw, graph, codes)
    assert (oracle, used) == (reference_interpreter.NAME, None)
    np.testing.assert_array_equal(expected, reference_interpreter.run(graph, codes))
