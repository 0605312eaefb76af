"""What samples show: the numbers, the limits, and the true cause of what goes wrong, each on a small input of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from plumbline.common.limits import Limits
from plumbline.common.quality import Quality
from tests.support.manifests import int8_end
from tests.support.rounding_boards import CLASSES, FLAT, NUMBERS, RNG, WEIGHTS, Board, Floats, said, softmax, spec


def test_a_good_regression_misses_nothing_and_says_nothing() -> None:
    found = NUMBERS.found()
    assert (found.missed, found.causes, found.decides) == ((), (), "numbers")
    assert found.count == 300
    assert found.distinct > 100
    assert found.rms_share is not None
    assert found.rms_share < 0.01
    assert found.correlation is not None
    assert found.correlation > 0.999
    assert found.agreement is None
    assert found.input_rms is not None
    assert found.rest_rms is not None
    assert found.rms_error is not None
    assert 0 < found.rest_rms < 2 * found.input_rms
    assert abs(np.hypot(found.input_rms, found.rest_rms) / found.rms_error - 1) < 0.2  # the two roundings do not know of each other
    assert found.max_error is not None
    assert found.max_share == pytest.approx(found.max_error / (255 * spec(NUMBERS.model(FLAT), (1,)).step))


def test_a_good_classifier_is_judged_by_its_decisions() -> None:
    found = CLASSES.found()
    assert (found.missed, found.decides, found.decided) == ((), "a class", 300)
    assert found.agreement is not None
    assert found.agreement > 0.97


def test_a_sigmoid_says_yes_or_no() -> None:
    found = Board(lambda x: 1 / (1 + np.exp(-9 * x[:, :1])), FLAT, "LOGISTIC", output=int8_end((1, 1), 1, 1 / 256, -128)).found()
    assert (found.missed, found.decides) == ((), "yes or no")
    assert found.agreement is not None
    assert found.agreement > 0.95


def test_classes_lie_on_the_last_axis_and_each_place_decides() -> None:
    def everywhere(x: Floats) -> Floats:
        return np.stack([softmax(6 * x @ WEIGHTS), softmax(-6 * x @ WEIGHTS)], axis=1)

    found = Board(lambda x: everywhere(x).reshape(len(x), -1), FLAT, "SOFTMAX", output=int8_end((1, 2, 3), 6, 1 / 256, -128)).found()
    assert (found.decides, found.decided) == ("a class", 600)
    assert found.agreement is not None
    assert found.agreement > 0.97


def test_a_feature_beside_a_much_larger_one() -> None:
    inputs = np.column_stack([RNG.uniform(0, 1, 300), RNG.uniform(0, 10_000, 300)])
    found = Board(lambda x: 3 * x[:, :1], inputs).found()
    assert found.distinct == 1
    assert "one answer to 300 different samples" in found.missed[0]
    assert "RMS error" in found.missed[1]
    assert found.causes == ("feature 0 has 1 of 256 codes, because feature 1 is 10,000 times larger: normalize both before the model",)


def test_features_are_the_last_axis_of_a_window() -> None:
    inputs = RNG.normal(size=(80, 50, 3)) * (0.01, 100.0, 20.0)
    found = Board(lambda x: x[:, :, 0].mean(axis=1, keepdims=True), inputs).found()
    assert "feature 0 has 1 of 256 codes, because feature 1 is 10,000 times larger: normalize all before the model" in said(found)


def test_a_small_feature_that_does_not_matter_is_a_warning_only() -> None:
    inputs = np.column_stack([RNG.uniform(0, 1, 300), RNG.uniform(0, 10_000, 300)])
    found = Board(lambda x: x[:, 1:] / 100, inputs).found()
    assert found.missed == ()
    assert "feature 0 has 1 of 256 codes" in said(found)


def test_yes_and_no_beside_a_hundred_are_no_matter() -> None:
    inputs = np.column_stack([RNG.integers(0, 2, 300).astype(float), RNG.uniform(0, 100, 300)])
    assert Board(lambda x: x @ np.array([[1.0], [0.2]]), inputs).found().causes == ()


@pytest.mark.parametrize("shape", [(1,), (4,), (20, 2)], ids=["one number", "features", "windows"])
def test_one_outlier_stretches_the_range(shape: tuple[int, ...]) -> None:
    inputs = RNG.uniform(0, 1, (300, *shape))
    inputs.reshape(300, -1)[17, 0] = 1e6
    found = Board(lambda x: x.reshape(len(x), -1).mean(axis=1, keepdims=True), inputs).found()
    assert "1 of " in said(found)
    assert "far out, up to 1e+06" in said(found)
    assert "these share 2 of 256 codes" in said(found) or "these share 1 of 256 codes" in said(found)
    assert found.missed
    assert "times larger" not in said(found)


def test_sparse_data_is_no_outlier() -> None:
    inputs = np.where(RNG.uniform(size=(200, 64)) < 0.05, RNG.uniform(0, 1, (200, 64)), 0)
    assert "far out" not in said(Board(lambda x: x @ RNG.normal(size=(64, 1)), inputs).found())


def test_calibration_on_zeros() -> None:
    found = Board(lambda x: x @ WEIGHTS[:, :1], FLAT, calibrated_on=np.full_like(FLAT, 1e-6), output=spec(FLAT @ WEIGHTS[:, :1], (1,))).found()
    assert "an empty range: the model was calibrated on samples that are all zero or all equal" in found.causes[0]
    assert found.missed


def test_equal_samples_show_nothing() -> None:
    found = Board(lambda x: x @ WEIGHTS[:, :1], np.zeros((50, 4))).found()
    assert "one and the same" in found.missed[0]
    assert found.causes[0] == "all 50 samples are equal: give different ones"
    assert Board(lambda x: x @ WEIGHTS[:, :1], np.ones((1, 4))).found().missed == ()


def test_samples_that_nearly_all_saturate() -> None:
    found = replace(CLASSES, inputs=50 * FLAT, calibrated_on=FLAT).found()
    assert found.saturated_inputs > 0.9
    assert "lie outside what the input holds" in found.causes[0]
    assert "scale the samples as in training" in found.causes[0]


def test_an_output_that_clips() -> None:
    found = replace(NUMBERS, output=int8_end((1, 1), 1, 0.002, 0)).found()
    assert "lie outside what the output holds, -0.256 to 0.254" in said(found)
    assert "RMS error" in found.missed[0]


def test_a_sigmoid_near_zero() -> None:
    model = Board(lambda x: 1e-3 / (1 + np.exp(-x[:, :1])), FLAT, "LOGISTIC", output=int8_end((1, 1), 1, 1 / 256, -128), silent="probability")
    found = model.found()
    assert found.agreement == 1
    assert "one answer" in found.missed[0]
    assert "LOGISTIC has fixed steps of 0.00391; leave the sigmoid away" in said(found)


def test_a_dead_relu() -> None:
    found = Board(lambda x: np.maximum(x @ WEIGHTS[:, :1] - 100, 0) + 0.25, FLAT, silent="hidden").found()
    assert "one answer" in found.missed[0]
    assert "the float model itself gives one answer to all samples, 0.25: layer hidden answers the same" in said(found)
    assert "dead" in said(found)
    assert len(found.causes) == 1
    assert replace(NUMBERS, limits=Limits(distinct=1), model=lambda x: 0 * x[:, :1] + 0.25).found().missed == ()


def test_classes_that_the_board_never_chooses() -> None:
    names = Quality("accuracy", 0.5, 0.1, classes=("no", "maybe", "yes"))

    def undecided(x: Floats) -> Floats:  # 0.449 and 0.451 become the same code, and the first is taken
        return np.where(x[:, :1] > 0, (0.1, 0.449, 0.451), (0.8, 0.1, 0.1))

    found = replace(CLASSES, model=undecided, quality=names, targets=undecided(FLAT).argmax(axis=1)).found()
    assert "the board never chooses class yes (float: " in said(found)
    assert "of 300 decisions; 95% is the least" in found.missed[0]


def test_targets_that_the_answers_have_nothing_to_do_with() -> None:
    quality = Quality("accuracy", None, 0.05)
    labels = CLASSES.model(FLAT).argmax(axis=1)
    right = replace(CLASSES, quality=quality, targets=labels).found()
    assert right.skill is not None
    assert right.skill > 0.9
    assert right.missed == ()
    wrong = replace(CLASSES, quality=quality, targets=RNG.permutation(labels)).found()
    assert wrong.skill is not None
    assert abs(wrong.skill) < 0.2
    shuffled = replace(CLASSES, quality=quality, targets=(labels + 1) % 3).found()
    assert "of the way from guessing to the targets; 10% is the least" in shuffled.missed[0]
    assert "order of axes" in said(shuffled)
    assert "and neither have the float model's" in said(shuffled)


def test_a_board_that_guesses_where_float_is_right_is_not_blamed_on_the_samples() -> None:
    waves = Board(lambda x: np.sin(2000 * x[:, :1]), FLAT)
    found = replace(waves, quality=Quality("rmse", None, 1.0), targets=waves.model(FLAT)).found()
    assert any("of the way from guessing to the targets" in each for each in found.missed)
    assert "order of axes" not in said(found)
    assert "most of the error comes from rounding the input" in said(found)


def test_a_rare_label_counts_as_much_as_a_frequent_one() -> None:
    rare = np.r_[np.ones(5, int), np.zeros(95, int)]
    always = Board(lambda x: 0.001 * x[:, :1] + 0.01, FLAT[:100], "LOGISTIC", output=int8_end((1, 1), 1, 1 / 256, -128))
    found = replace(always, quality=Quality("accuracy", None, 0.05), targets=rare).found()
    assert found.skill == 0  # 95 % accurate, and of no use


def test_numbers_are_held_against_their_targets_by_r_squared() -> None:
    quality = Quality("rmse", None, 1.0)
    wanted = NUMBERS.model(FLAT)
    near = replace(NUMBERS, quality=quality, targets=wanted + RNG.normal(size=wanted.shape) * 0.1 * wanted.std()).found()
    assert near.skill == pytest.approx(0.99, abs=0.01)
    away = replace(NUMBERS, quality=quality, targets=-wanted).found()
    assert away.missed


def test_a_small_output_beside_a_large_one_is_judged_by_its_own_spread() -> None:
    found = Board(lambda x: np.column_stack([1000 * x[:, 0], x[:, 1]]), FLAT).found()
    assert "the RMS error against float of output 1" in found.missed[0]
    pooled = Board(lambda x: np.column_stack([1000 * x[:, [0] * 20], x[:, 1]]), FLAT).found()
    assert pooled.missed == ()  # twenty-one outputs are one picture


def test_most_of_the_error_comes_from_rounding_the_input() -> None:
    found = Board(lambda x: np.sin(300 * x[:, :1]), FLAT).found()
    assert found.missed
    assert "most of the error comes from rounding the input" in said(found)


def test_without_a_float_model_nothing_is_missed_and_causes_are_told() -> None:
    found = replace(CLASSES, inputs=50 * FLAT, calibrated_on=FLAT, float_model=False).found()
    assert found.missed == ()
    assert (found.rms_error, found.agreement, found.correlation) == (None, None, None)
    assert "lie outside what the input holds" in said(found)
    never = replace(CLASSES, model=lambda x: softmax(x @ WEIGHTS + (0, 0, -50)), float_model=False).found()
    assert "1 of 3 classes are never chosen: 2" in said(never)
    clipped = replace(NUMBERS, output=int8_end((1, 1), 1, 0.0005, 0), float_model=False).found()
    assert "the output's range clips them" in said(clipped)
    silent = replace(NUMBERS, model=lambda x: 0 * x[:, :1], float_model=False, silent="hidden", output=int8_end((1, 1), 1, 1.0, 0)).found()
    assert said(silent) == "all 300 samples get the same answer, from layer hidden on"


def test_an_output_that_a_larger_one_makes_coarse() -> None:
    found = Board(lambda x: np.column_stack([x @ WEIGHTS[:, 0], 1000 * x @ WEIGHTS[:, 1]]), FLAT).found()
    assert found.missed
    assert "output 0 spreads over" in said(found)
    assert "because output 1 reaches" in said(found)
    assert "the layers lose it" not in said(found)


def test_an_output_far_from_0_that_varies_little() -> None:
    found = Board(lambda x: 20 + 0.01 * x @ WEIGHTS[:, :1], FLAT).found()
    assert found.missed
    assert "because it lies around 20 and the codes hold 0 as well" in said(found)


def test_an_output_whose_targets_are_always_the_same_is_not_asked() -> None:
    def model(x: Floats) -> Floats:
        return np.column_stack([1000 * x @ WEIGHTS[:, 0], x @ WEIGHTS[:, 1]])

    board = Board(model, FLAT, quality=Quality("rmse", None, 50.0), targets=np.column_stack([model(FLAT)[:, 0], np.zeros(len(FLAT))]))
    assert board.found().missed == ()
    assert "RMS error against float of output 1" in " ".join(replace(board, targets=model(FLAT)).found().missed)


def test_targets_that_are_all_the_same_show_nothing() -> None:
    board = replace(NUMBERS, quality=Quality("rmse", None, 50.0), targets=np.ones(len(FLAT)))
    assert board.found().causes == ("all targets are 1, so that they do not show whether the answers have to do with them",)


def test_a_sigmoid_that_is_saturated_is_no_dead_relu() -> None:
    output = int8_end((1, 1), 1, 1 / 256, -128)
    found = Board(lambda x: 1 / (1 + np.exp(-40 - 1e-3 * x[:, :1])), FLAT, "LOGISTIC", output=output, silent="hidden").found()
    assert "its LOGISTIC is saturated" in said(found)
    assert "dead" not in said(found)


def test_one_sample_whose_features_all_lie_far_out() -> None:
    inputs = RNG.uniform(-1, 1, (300, 6))
    inputs[17] = 1e6
    assert "1 of 300 values of feature" in said(Board(lambda x: x.mean(axis=1, keepdims=True), inputs).found())


def test_samples_that_differ_by_noise_alone_are_not_told_to_be_unequal() -> None:
    inputs = np.array([0.01, 1.0, 0.31]) + RNG.normal(size=(100, 3)) * 1e-7
    found = Board(lambda x: x.sum(axis=1, keepdims=True), inputs).found()
    assert "closer together than one step of the input" in said(found)
    assert "times larger" not in said(found)


def test_classes_that_float_itself_hardly_decides() -> None:
    found = replace(CLASSES, model=lambda x: softmax(1e-3 * x @ WEIGHTS)).found()
    assert found.missed
    assert "first two classes lie less than one step of the output, 0.00391, apart" in said(found)
    assert "the layers lose it" not in said(found)
    output = int8_end((1, 1), 1, 1 / 256, -128)
    found = Board(lambda x: 1 / (1 + np.exp(-1e-2 * x[:, :1])), FLAT, "LOGISTIC", output=output).found()
    assert "answers lie from 0.5 less than one step of the output" in said(found)


def test_a_steep_tanh_clips_nothing() -> None:
    board = Board(lambda x: np.tanh(50 * x @ WEIGHTS[:, :1]), FLAT, "TANH", output=int8_end((1, 1), 1, 1 / 128, 0), float_model=False)
    assert board.found().causes == ()
