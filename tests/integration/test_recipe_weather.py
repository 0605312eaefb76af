"""`weather` to the virtual board, its LSTM as one operator and unrolled: every held-back month bit for bit, better than what needs no model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from plumbline.convert.importers.flatbuffer import reader
from plumbline.convert.references.choose_inputs import MOST_CHOSEN
from plumbline.host.firmware import firmware
from plumbline.host.reports import html_report, terminal
from plumbline.host.verdict.verdict import Verdict
from plumbline.training.recipes import weather as recipe
from tests.support.stages import converted, verified


def test_no_held_back_month_reaches_training() -> None:
    temperatures, anomalies, first = recipe.series()
    data, test = recipe.data(), recipe.test()
    assert len(temperatures) == 61 * 12
    assert len(data.targets) == first - recipe.MONTHS
    assert len(test.targets) == len(temperatures) - first == 15 * 12
    np.testing.assert_array_equal(data.targets[-1], anomalies[first - 1])
    np.testing.assert_array_equal(test.inputs[0, :, 0], anomalies[first - 12 : first])
    # the means are those of the training years alone
    np.testing.assert_allclose(anomalies[:first].reshape(-1, 12).mean(axis=0), 0, atol=1e-5)
    assert np.abs(anomalies[first:].reshape(-1, 12).mean(axis=0)).max() > 0.01


def test_the_baselines_are_those_of_temperatures() -> None:
    temperatures, _, first = recipe.series()
    again = temperatures[first - 1 : -1] - temperatures[first:]
    assert recipe.baselines()["last month again"] == pytest.approx(float(np.sqrt((again.astype(float) ** 2).mean())))
    means = np.tile(temperatures[:first].reshape(-1, 12).mean(axis=0), 15)
    assert recipe.baselines()["the month's mean"] == pytest.approx(float(np.sqrt(((temperatures[first:] - means) ** 2).mean())), rel=1e-4)


@pytest.fixture(scope="module", params=["weather", "weather_unrolled"])
def verdict(tools: None, weather_converted: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Verdict:
    folder = weather_converted if request.param == "weather" else converted(tmp_path_factory.mktemp("build"), request.param)
    firmware.build(folder, "virtual")
    operators = [operator.name for operator in reader.read((folder / "model.tflite").read_bytes()).operators]
    assert operators.count("UNIDIRECTIONAL_SEQUENCE_LSTM") == (1 if request.param == "weather" else 0)
    return verified(folder)


@pytest.mark.slow
def test_every_held_back_month_is_right_and_better_than_simple_predictions(verdict: Verdict) -> None:
    assert verdict.failures == ()
    assert verdict.exact == len(verdict.comparisons) == 180 + MOST_CHOSEN
    assert sum(not each.chosen for each in verdict.comparisons) == 180
    (metric,) = verdict.metrics
    assert metric.board_value == metric.int8_value
    assert metric.int8_value < min(recipe.baselines().values())
    assert len(metric.series) == 180


@pytest.mark.slow
def test_the_reports_say_by_how_much(verdict: Verdict) -> None:
    facts = dict(terminal.facts(verdict))["to be better than"]
    assert facts.count("(by ") == 3
    assert html_report.to_html(verdict).count("the board is better by") == 3
