"""Samples get the shape of a model's input only where no number changes its neighbour."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from plumbline.common.errors import UsageError
from plumbline.convert.importers.samples.checks import MOST_SATURATED, check_range, check_varied, saturated_share
from plumbline.convert.importers.samples.shape import fit
from tests.support.manifests import int8_end

Wanted = tuple[int | None, ...]


@pytest.mark.parametrize(
    ("given", "wanted", "shape"),
    [
        ((5, 64, 3), (64, 3), (5, 64, 3)),
        ((5, 192), (64, 3), (5, 64, 3)),
        ((192,), (64, 3), (1, 64, 3)),
        ((64, 3), (64, 3), (1, 64, 3)),
        ((16,), (16,), (1, 16)),
        ((16,), (1,), (16, 1)),
        ((16,), (), (16,)),
        ((16, 1), (16,), (1, 16)),
        ((5, 28, 28), (28, 28, 1), (5, 28, 28, 1)),
        ((28, 28), (28, 28, 1), (1, 28, 28, 1)),
        ((5, 1, 28, 28, 1), (28, 28), (5, 28, 28)),
        ((5, 1, 28, 28), (28, 28, 1), (5, 28, 28, 1)),
        ((1, 5, 16), (16,), (5, 16)),
        ((1, 5, 20, 13), (None, 13), (5, 20, 13)),
        ((5, 20, 13), (None, 13), (5, 20, 13)),
        ((5, 260), (None, 13), (5, 20, 13)),
        ((20, 13), (None, 13), (1, 20, 13)),
        ((5, 12, 14, 3), (None, None, 3), (5, 12, 14, 3)),
        ((5, 12, 14), (None, None, 1), (5, 12, 14, 1)),
    ],
)
def test_what_keeps_the_order_is_reshaped(given: tuple[int, ...], wanted: Wanted, shape: tuple[int, ...]) -> None:
    values = np.arange(np.prod(given), dtype=np.float32).reshape(given)
    fitted = fit(values, wanted)
    assert fitted.shape == shape
    np.testing.assert_array_equal(fitted.ravel(), values.ravel())


@pytest.mark.parametrize(
    ("given", "wanted", "says", "hint"),
    [
        ((5, 3, 64), (64, 3), r"shape \(3, 64\), the model takes \(64, 3\)", r"transpose\(x, \(0, 2, 1\)\)"),
        ((5, 3, 8, 9), (8, 9, 3), r"shape \(3, 8, 9\), the model takes \(8, 9, 3\)", r"transpose\(x, \(0, 2, 3, 1\)\)"),
        ((5, 8, 8), (64,), r"shape \(8, 8\), the model takes \(64,\)", r"\(N, 64\)"),
        ((5, 16, 4), (64, 1), r"shape \(16, 4\)", "flat rows of 64"),
        ((5, 17), (16,), "holds 17 numbers, the model takes 16", "header row"),
        ((64, 5, 3), (64, 3), r"shape \(5, 3\)", r"transpose\(x, \(1, 0, 2\)\)"),
        ((8, 9, 3, 5), (8, 9, 3), r"shape \(9, 3, 5\)", r"transpose\(x, \(3, 0, 1, 2\)\)"),
        ((3, 8, 9), (8, 9, 3), r"shape \(8, 9\)", r"transpose\(x, \(1, 2, 0\)\)"),
        ((16, 5), (16,), "holds 5 numbers", r"transpose\(x\)"),
        ((48,), (16,), "holds 48 numbers", r"reshape\(-1, 16\)"),
        ((48, 1), (16,), "holds 1 number, ", r"reshape\(-1, 16\)"),
        ((5, 3), (16,), "holds 3 numbers, the model takes 16", "N rows of 16"),
        ((7,), (16,), "holds 7 numbers, the model takes 16", "N rows of 16"),
        ((5, 14), (None, 13), r"the model takes \(any, 13\)", r"\(N, any, 13\)"),
        ((5, 100), (None, None, 3), r"the model takes \(any, any, 3\)", "any"),
    ],
)
def test_what_would_scramble_the_numbers_is_refused(given: tuple[int, ...], wanted: Wanted, says: str, hint: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        fit(np.zeros(given, np.float32), wanted)
    with pytest.raises(UsageError, match=hint):
        raise UsageError(caught.value.hint)


def test_an_index_among_the_numbers_is_recognized() -> None:
    rows = np.random.default_rng(1).normal(size=(6, 17)).astype(np.float32)
    rows[:, 0] = np.arange(6)
    with pytest.raises(UsageError) as caught:
        fit(rows, (16,))
    assert "first column counts the rows" in caught.value.hint


UNIT = int8_end((1, 1), 1, 1 / 127, 0)
"""An input from -1 to 1."""


def test_outliers_are_no_reason_to_refuse() -> None:
    samples = np.random.default_rng(1).uniform(-1, 1, (100, 10)).astype(np.float32)
    samples[0] = 7
    assert saturated_share(samples, UNIT) == pytest.approx(0.01)
    check_range(samples, UNIT)
    samples[: int(100 * MOST_SATURATED) + 1] = 7
    with pytest.raises(UsageError, match="26% of the numbers"):
        check_range(samples, UNIT)


def test_zeros_do_not_hide_that_pictures_are_bytes() -> None:
    samples = np.random.default_rng(1).integers(0, 256, (100, 64)).astype(np.float32)
    samples[:, 6:] = 0
    with pytest.raises(UsageError, match="the samples reach from 0 to 255, the input of the model from -1") as caught:
        check_range(samples, UNIT)
    assert caught.value.hint == "Scale the samples as in training: divide them by 127.5 and subtract 1."
    with pytest.raises(UsageError) as caught:
        check_range(samples, int8_end((1, 1), 1, 1 / 255, -128))
    assert "divide them by 255" in caught.value.hint


def test_a_first_column_that_rises_is_told_to_be_a_time() -> None:
    rows = np.random.default_rng(1).uniform(-1, 1, (5, 17)).astype(np.float32)
    rows[:, 0] = [1000, 1020, 1041, 1060, 1080]
    with pytest.raises(UsageError) as caught:
        fit(rows, (16,))
    assert "rises from row to row" in caught.value.hint


def test_the_largest_numbers_of_float32_are_compared_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_varied([np.array([[3e38, -3e38], [1, 2]], np.float32)])


def test_an_input_that_was_calibrated_on_zeros_is_not_blamed_on_the_samples() -> None:
    with pytest.raises(UsageError, match=r"holds -1e-06 to 9\.92e-07 only") as caught:
        check_range(np.random.default_rng(1).uniform(0, 1, (50, 4)).astype(np.float32), int8_end((1, 1), 1, 1e-6 / 128, 0))
    assert "calibration on samples that are all zero" in caught.value.hint
