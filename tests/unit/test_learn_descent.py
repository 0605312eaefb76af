"""What the lesson claims about gradient descent holds in actual runs: five learning rates, the largest stable one, schedules, the bowl."""

from __future__ import annotations

import numpy as np
import pytest

from plumbline.learn.bowl import bowl, measured_stable_rate
from plumbline.learn.descent import Schedule, descend, gradient, rates
from plumbline.learn.trial import GUESS, STEPS, TARGET, TRIALS, Trial, judge, run, steps_by_rate, steps_to, turns
from plumbline.training.recipes.linear import RECIPE
from plumbline.training.recipes.sine import data as sine_data

X, Y = RECIPE.data().inputs.ravel(), np.asarray(RECIPE.data().targets.ravel(), np.float32)
RUNS = {each.name: run(X, Y, each) for each in TRIALS}


def test_the_guess_has_the_loss_that_a_person_computes() -> None:
    w, b = GUESS
    errors = [w * x + b - (2 * x - 1) for x in (-1, 0, 1, 2, 3, 4)]
    loss, by_w, by_b = gradient(X, Y, np.float32(w), np.float32(b))
    assert loss == pytest.approx(sum(error**2 for error in errors) / 6)
    assert by_w == pytest.approx(sum(2 * error * x for error, x in zip(errors, X, strict=True)) / 6)
    assert by_b == pytest.approx(sum(2 * error for error in errors) / 6)


def test_every_step_goes_against_the_gradient_it_noted() -> None:
    sizes = rates("halving", 0.1, 40, 7)
    way = descend(X, Y, *GUESS, sizes)
    assert [way.steps, len(way.w), len(way.b), len(way.loss), way.gradient.shape] == [40, 41, 41, 41, (41, 2)]
    for step in range(40):
        loss, *slope = gradient(X, Y, way.w[step], way.b[step])
        assert (way.loss[step], *way.gradient[step]) == (loss, *slope)
        assert way.w[step + 1] == way.w[step] - sizes[step] * slope[0]
        assert way.b[step + 1] == way.b[step] - sizes[step] * slope[1]


def test_the_too_small_rate_still_crawls_after_500_steps() -> None:
    crawling = RUNS["too small"]
    assert (crawling.outcome, crawling.reached) == ("crawls", None)
    assert (np.diff(crawling.descent.loss) < 0).all()
    assert crawling.descent.loss[STEPS] > 1
    assert turns(crawling.descent, STEPS) == 0


def test_the_good_rate_arrives_first_of_the_five() -> None:
    good = RUNS["good"]
    assert good.outcome == "arrives"
    assert good.reached is not None
    assert all(each.reached is None or each.reached > good.reached for each in RUNS.values() if each is not good)
    np.testing.assert_allclose([good.descent.w[-1], good.descent.b[-1]], [2, -1], atol=1e-6)


def test_the_oscillating_rate_jumps_from_wall_to_wall_and_arrives() -> None:
    oscillating = RUNS["oscillating"]
    assert oscillating.outcome == "oscillates"
    assert oscillating.reached is not None
    side = np.sign(oscillating.descent.w[:30] - 2)
    assert (side[1:] == -side[:-1]).all()


def test_the_too_large_rate_leaves_float32() -> None:
    wild = RUNS["too large"]
    assert (wild.outcome, wild.reached) == ("diverges", None)
    assert (np.diff(wild.descent.loss[:100]) > 0).all()
    assert not np.isfinite(wild.descent.loss[-1])


def test_the_schedule_tames_the_rate_that_diverges_alone() -> None:
    shrinking, wild = RUNS["shrinking"], RUNS["too large"]
    assert shrinking.trial.rate == wild.trial.rate > bowl(X, Y).largest_stable_rate
    assert shrinking.descent.loss[1] > shrinking.descent.loss[0]
    assert shrinking.outcome == "arrives"
    assert shrinking.reached is not None


@pytest.mark.parametrize("start", [GUESS, (-5.0, 3.0), (0.0, 0.0)])
def test_theory_predicts_the_largest_stable_rate_within_one_percent(start: tuple[float, float]) -> None:
    assert measured_stable_rate(X, Y, *start) == pytest.approx(bowl(X, Y).largest_stable_rate, rel=0.01)


def test_it_does_so_on_other_points_too() -> None:
    x, y = (each.ravel() for each in (sine_data().inputs, sine_data().targets))
    assert measured_stable_rate(x, y, 5, 5) == pytest.approx(bowl(x, y).largest_stable_rate, rel=0.01)
    wide = np.array([-0.04, -0.02, 0, 0.02, 0.04], np.float32)  # so flat that rates above 1 are stable
    assert measured_stable_rate(wide, wide, 5, 5, steps=3000) == pytest.approx(bowl(wide, wide).largest_stable_rate, rel=0.01)


def test_around_the_limit_runs_do_what_it_says() -> None:
    limit = bowl(X, Y).largest_stable_rate
    assert run(X, Y, Trial("below", 0.99 * limit), steps=2000).reached is not None
    assert run(X, Y, Trial("above", 1.01 * limit), steps=2000).outcome == "diverges"
    assert steps_by_rate(X, Y, [0.1, 0.99 * limit, 1.01 * limit])[::2] == [RUNS["good"].reached, None]


def test_the_bowl_is_the_loss() -> None:
    shape = bowl(X, Y)
    np.testing.assert_allclose(shape.bottom, [2, -1], atol=1e-12)
    assert shape.floor == pytest.approx(0, abs=1e-12)
    for w, b in ((10, 10), (-3, 4), (2.5, -1)):
        assert shape.loss(np.array(w, np.float64), np.array(b, np.float64)) == pytest.approx(
            gradient(X, Y, np.float32(w), np.float32(b))[0], rel=1e-6
        )
    for level in (0.5, 300.0):
        round_w, round_b = shape.contour(level)
        np.testing.assert_allclose(shape.loss(round_w, round_b), level)
        np.testing.assert_allclose([round_w[0], round_b[0]], [round_w[-1], round_b[-1]])
    assert shape.fastest_rate < shape.largest_stable_rate


def test_schedules_start_with_the_rate_and_halve_it_when_they_say() -> None:
    schedules: list[Schedule] = ["inverse", "halving"]
    for name in schedules:
        sizes = rates(name, 0.2, 61, 20)
        assert sizes.dtype == np.float32
        assert [sizes[0], sizes[20]] == [np.float32(0.2), np.float32(0.1)]
        assert (np.diff(sizes) <= 0).all()
    assert rates("inverse", 0.3, 41, 20)[40] == np.float32(0.3 / 3)
    assert rates("halving", 0.2, 61, 20)[60] == np.float32(0.025)
    assert rates("halving", 0.2, 3000, 1)[-1] == 0  # not an overflow
    assert set(rates("constant", 0.2, 9, 1)) == {np.float32(0.2)}


def test_a_start_at_the_bottom_has_arrived() -> None:
    there = descend(X, Y, 2, -1, rates("constant", 0.3, 50, 1))
    assert (judge(there), steps_to(there)) == ("arrives", 0)
    assert there.loss[-1] <= TARGET
