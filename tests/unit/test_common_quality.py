"""The metric of a test split, and every way in which a model can miss what its recipe demands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from plumbline.common.quality import Quality, measure

ACCURACY = Quality("accuracy", reach=0.75, int8_may_lose=0.25)
RMSE = Quality("rmse", reach=2.0, int8_may_lose=0.5, baselines={"repeating last month": 1.8})
ANSWERS = np.array([[0.1, 0.7, 0.2], [0.8, 0.1, 0.1], [0.2, 0.2, 0.6], [0.4, 0.3, 0.3]])
LABELS = np.array([1, 0, 2, 1])


def test_accuracy_counts_labels_and_one_hot_alike() -> None:
    assert measure("accuracy", ANSWERS, LABELS) == 0.75
    assert measure("accuracy", ANSWERS, np.eye(3, dtype=np.float32)[LABELS]) == 0.75


def test_errors_are_distances_to_the_targets() -> None:
    answers, targets = np.array([[1.0], [2.0]]), np.array([4.0, 6.0], np.float32)
    assert measure("max_error", answers, targets) == 4.0
    assert measure("rmse", answers, targets) == pytest.approx(np.sqrt(12.5))


def test_what_suffices_has_no_shortcomings() -> None:
    assert ACCURACY.shortcomings("the float model", 0.75) == []
    assert ACCURACY.shortcomings("the board", 0.5, 0.75) == []
    assert ACCURACY.shortcomings("the board", 0.9, 0.75) == []
    assert RMSE.shortcomings("the float model", 1.7) == []
    assert RMSE.shortcomings("the board", 1.79, 1.7) == []


@pytest.mark.parametrize(
    ("quality", "value", "reference", "message"),
    [
        (ACCURACY, 0.74, None, "reaches accuracy 0.74, the recipe demands 0.75"),
        (ACCURACY, 0.49, 0.75, "0.26 worse than the float model; at most 0.25 is allowed"),
        (replace(RMSE, baselines={}), 2.1, None, "reaches rmse 2.1, the recipe demands 2"),
        (replace(RMSE, baselines={}), 2.3, 1.7, "0.6 worse than the float model"),
        (RMSE, 1.8, None, "no better than repeating last month (1.8)"),
        (RMSE, float("nan"), None, "has no rmse"),
    ],
)
def test_what_does_not_suffice_is_named(quality: Quality, value: float, reference: float | None, message: str) -> None:
    (said,) = quality.shortcomings("it", value, reference)
    assert message in said
