"""The error bound holds at the worst places of hundreds of models, and is close to what can be observed where the model is a line."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from plumbline.common.golden_data import DenseLayer
from plumbline.common.quantization import code_of
from plumbline.convert.references import reference_interpreter
from plumbline.convert.references.bound import bound, match, own_rounding
from tests.support.bound_chains import float_model, observed, proven, quantized, random_chain, worst_places


@pytest.mark.slow
def test_lines_stay_within_a_bound_that_is_at_most_half_again_too_large() -> None:
    rng = np.random.default_rng(1)
    tightest, loosest = np.inf, 0.0
    for trial in range(300):
        a, b = sorted(rng.uniform(-20, 20, 2))
        domain = (float(a), float(max(b, a + 0.5)))
        chain = (DenseLayer(rng.normal(0, 3, (1, 1)).astype(np.float32), rng.normal(0, 5, 1).astype(np.float32), "linear"),)
        graph = quantized(rng, chain, domain, per_channel=False, squeeze=1.0 if trial % 4 else float(rng.uniform(0.5, 1)))
        worst = float(observed(graph, chain, worst_places(graph, domain)).max())
        ratio = proven(graph, chain, domain).total / worst
        assert ratio >= 1, f"trial {trial}: the bound is exceeded by {worst}"
        tightest, loosest = min(tightest, ratio), max(loosest, ratio)
    assert loosest <= 1.5
    assert tightest < 1.01


@pytest.mark.slow
@pytest.mark.parametrize("per_channel", [False, True], ids=["per tensor", "per channel"])
@pytest.mark.parametrize("activation", ["relu", "relu6", "linear"])
def test_hidden_layers_stay_within_the_bound(per_channel: bool, activation: str) -> None:
    rng = np.random.default_rng(2)
    ratios = []
    for trial in range(60):
        widths = (1, *(int(n) for n in rng.integers(1, 12, rng.integers(1, 4))), int(rng.integers(1, 3)))
        chain = random_chain(rng, *widths, activation=activation)
        domain = (float(-rng.uniform(0, 4)), float(rng.uniform(0.5, 4)))
        graph = quantized(rng, chain, domain, per_channel, squeeze=1.0 if trial % 4 else 0.8)
        x = worst_places(graph, domain)
        errors, spec = observed(graph, chain, x), proven(graph, chain, domain)
        assert errors.max() <= spec.total, f"trial {trial}"
        codes = np.array([code_of(Fraction(float(each)), graph.input.quantized) for each in x])
        distance = np.abs(x - (codes - graph.input.quantized.zero_point) * graph.input.quantized.scale)
        assert all(error <= spec.at(each * (1 + 1e-9)) for error, each in zip(errors, distance, strict=True)), f"trial {trial}: a point's own bound"
        ratios.append(spec.total / errors.max())
    assert np.median(ratios) < 3


@pytest.mark.parametrize("per_channel", [False, True], ids=["per tensor", "per channel"])
def test_several_inputs_stay_within_the_propagated_bound(per_channel: bool) -> None:
    rng = np.random.default_rng(3)
    for trial in range(60):
        widths = (int(rng.integers(2, 8)), *(int(n) for n in rng.integers(1, 8, rng.integers(0, 3))), int(rng.integers(1, 3)))
        chain = random_chain(rng, *widths, activation=("relu", "relu6")[trial % 2])
        graph = quantized(rng, chain, (-1.0, 1.0), per_channel, squeeze=1.0 if trial % 3 else 0.7)
        q = graph.input.quantized
        spec = proven(graph, chain, None)
        codes = rng.integers(-128, 128, (3000, widths[0])).astype(np.int8)
        codes[:200] = rng.choice([-128, 127], (200, widths[0]))
        x = (codes.astype(np.float64) - q.zero_point) * q.scale + rng.uniform(-0.5, 0.5, codes.shape) * q.scale
        board = (reference_interpreter.run(graph, codes).astype(np.float64) - graph.output.quantized.zero_point) * graph.output.quantized.scale
        assert np.abs(board - float_model(chain, x.astype(np.float32))).max() <= spec.total, f"trial {trial}"


@pytest.mark.parametrize("activation", ["relu", "relu6", "linear"])
def test_a_layers_own_rounding_is_bounded_closely(activation: str) -> None:
    rng = np.random.default_rng(8)
    ratios = []
    for trial in range(40):
        inputs = int(rng.integers(2, 6))
        weights = rng.normal(size=(3, inputs)).astype(np.float32) * np.float32(3)
        chain = (DenseLayer(weights, rng.normal(size=3).astype(np.float32), activation),)
        graph = quantized(rng, chain, (-1.0, 1.0), per_channel=trial % 2 == 0, squeeze=1.2)
        (layer,) = match(graph, chain)
        q = graph.input.quantized
        ends = [np.full(inputs, (code - q.zero_point) * q.scale) for code in (-128, 127)]
        own, low, high = own_rounding(layer, *ends)
        codes = rng.integers(-128, 128, (4000, inputs)).astype(np.int8)
        codes[:200] = rng.choice([-128, 127], (200, inputs))
        board = (reference_interpreter.run(graph, codes).astype(np.float64) - graph.output.quantized.zero_point) * graph.output.quantized.scale
        exactly = layer.real((codes.astype(np.float64) - q.zero_point) * q.scale, layer.coded_weights, layer.coded_bias)
        worst = np.abs(board - exactly).max(axis=0)
        assert (worst <= own).all()
        assert (board >= low - 1e-9).all()
        assert (board <= high + 1e-9).all()
        ratios.append(float((own / worst).min()))
    assert np.median(ratios) < 1.1


def test_a_domain_whose_end_lies_beyond_the_last_code() -> None:
    rng = np.random.default_rng(4)
    chain = (DenseLayer(np.array([[2]], np.float32), np.array([-1], np.float32), "linear"),)
    graph = quantized(rng, chain, (-1.0, 1.0), per_channel=False)
    spec = proven(graph, chain, (-1.0, 1.5))  # clamped at code 127: half a unit off
    assert spec.input_rounding >= 2 * 0.49
    assert observed(graph, chain, np.array([1.5]))[0] <= spec.total


def test_each_term_answers_to_its_own_cause() -> None:
    rng = np.random.default_rng(5)
    chain = (DenseLayer(np.array([[1.5], [0.37]], np.float32), np.array([0.2, 0.1], np.float32), "linear"),)
    graph = quantized(rng, chain, (-2.0, 2.0), per_channel=False)
    spec = proven(graph, chain, (-2.0, 2.0))
    assert spec.slope == pytest.approx(1.5)
    assert spec.input_rounding == pytest.approx(1.5 * graph.input.quantized.scale / 2)
    assert spec.bias_rounding <= graph.input.quantized.scale * 1.5 / 127 / 2 * 1.001
    assert 0 < spec.weight_rounding <= 1.5 / 127 / 2 * 2.001
    assert graph.output.quantized.scale * 0.4 < spec.output_rounding
    heavier = (DenseLayer(chain[0].weights + np.float32(0.1), chain[0].bias, "linear"),)
    assert proven(graph, heavier, (-2.0, 2.0)).weight_rounding == pytest.approx(spec.weight_rounding + 0.2, rel=0.2)


def test_a_float_model_of_another_form_has_no_bound() -> None:
    rng = np.random.default_rng(6)
    chain = random_chain(rng, 1, 4, 1)
    graph = quantized(rng, chain, (-1.0, 1.0), per_channel=False)
    assert bound(graph, (), (-1.0, 1.0)) is None
    assert bound(graph, chain[:1], (-1.0, 1.0)) is None
    other = (DenseLayer(chain[0].weights, chain[0].bias, "relu6"), chain[1])
    assert bound(graph, other, (-1.0, 1.0)) is None


def test_codes_round_half_away_from_zero_exactly() -> None:
    graph = quantized(np.random.default_rng(7), random_chain(np.random.default_rng(7), 1, 1), (-1.0, 1.0), per_channel=False)
    q = graph.input.quantized
    half = Fraction(q.scale) / 2
    tiny = Fraction(1, 10**30)
    assert code_of(half, q) == q.zero_point + 1
    assert code_of(half - tiny, q) == q.zero_point
    assert code_of(-half, q) == q.zero_point - 1
    assert code_of(-half + tiny, q) == q.zero_point
