"""`digits` from its images to the virtual board: every test image bit for bit, and the accuracy that the recipe demands."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from plumbline.commands import summary
from plumbline.common import documents, explanation
from plumbline.common.errors import ArtefactsDisagree
from plumbline.common.explanation import Explanation
from plumbline.common.golden_data import References
from plumbline.common.manifest import Manifest
from plumbline.convert.references.choose_inputs import MOST_CHOSEN
from plumbline.host.firmware import firmware
from plumbline.host.firmware.elf_size import size_of
from plumbline.host.reports import html_report, report_writer, terminal
from plumbline.host.verdict.metric import metrics_of
from plumbline.host.verdict.verdict import Verdict
from plumbline.host.verdict.verdict_file import Judged, if_any
from plumbline.training.recipes import digits as recipe
from tests.support.stages import verified

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def digits(tools: None, digits_converted: Path) -> Path:
    """build/digits: trained, converted and built for the virtual board."""
    firmware.build(digits_converted, "virtual")
    return digits_converted


@pytest.fixture(scope="session")
def verdict(digits: Path) -> Verdict:
    return verified(digits)


def test_every_test_image_is_right_and_accurate(verdict: Verdict) -> None:
    assert verdict.failures == ()
    assert sum(not each.chosen for each in verdict.comparisons) == len(recipe.RECIPE.test().inputs) == 360  # type: ignore[misc]
    assert verdict.exact == len(verdict.comparisons) == 360 + MOST_CHOSEN
    (metric,) = verdict.metrics
    assert metric.float_value is not None
    assert metric.board_value == metric.int8_value >= metric.float_value - 0.01
    assert metric.float_value >= 0.97
    assert sum(map(sum, metric.confusion)) == 360
    assert sum(metric.confusion[i][i] for i in range(10)) == round(360 * metric.board_value)
    assert len(metric.disagreements[0].picture) == 8
    assert "within the tolerance 0.1" in terminal.last_line(verdict)


def test_no_layer_is_accused(digits: Path) -> None:
    manifest = Manifest.load(digits / "generated" / "manifest.json")
    found = Explanation.load(digits / explanation.FILE, manifest.model_sha256)
    assert found is not None
    assert (found.score, found.alarming, found.note) == ("accuracy", (), "")
    assert [each.number for each in found.layers] == [None, *range(len(manifest.operators))]
    assert sum(each.took or 0.0 for each in found.layers) == pytest.approx(found.float_score - found.last.score)  # type: ignore[operator]


def test_the_reports_show_it(verdict: Verdict, digits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert documents.to_json(documents.conform(json.loads(report_writer.to_json(verdict)), Judged)) == report_writer.to_json(verdict)
    html = html_report.to_html(verdict)
    assert "Confusion matrix" in html
    assert html.count('class="picture"') == len(verdict.metrics[0].disagreements) > 0
    row = summary.row("digits", if_any(digits / "verdict.json"))
    assert row[:4] == ("[green]PASS[/]", "digits", "488/488", "accuracy")
    assert summary.row("x", if_any(digits / "none.json"))[0] == "[bold red]no verdict[/]"


def test_a_board_that_answers_worse_misses_the_quality(digits: Path) -> None:
    manifest = Manifest.load(digits / "generated" / "manifest.json")
    references = References.load(digits / "references.npz", manifest)
    turned = np.roll(references.expected, 1, axis=1)
    (metric,) = metrics_of(manifest, references, turned)
    assert re.search("the board reaches accuracy .* worse than the float model", metric.failures[0])


def test_references_without_their_test_split_are_refused(digits: Path, tmp_path: Path) -> None:
    manifest = Manifest.load(digits / "generated" / "manifest.json")
    with np.load(digits / "references.npz") as stored:
        arrays = dict(stored)
    np.savez(tmp_path / "short.npz", **{**arrays, "targets": arrays["targets"][:-1]})
    np.savez(tmp_path / "none.npz", **{name: each for name, each in arrays.items() if name != "targets"})
    with pytest.raises(ArtefactsDisagree, match="359 targets"):
        References.load(tmp_path / "short.npz", manifest)
    with pytest.raises(ArtefactsDisagree, match="holds no test split"):
        References.load(tmp_path / "none.npz", manifest)


def test_the_size_is_that_of_an_image(digits: Path) -> None:
    size = size_of(digits / "pio" / "virtual" / "firmware.elf")
    assert size is not None
    assert size.flash > Manifest.load(digits / "generated" / "manifest.json").model_bytes / 2
    assert 2_000 < size.ram < 262_144
    assert size_of(digits / "model.keras") is None


def test_a_series_is_drawn_with_all_its_points(verdict: Verdict) -> None:
    points = tuple((float(i % 12), i % 12 + 0.2, i % 12 - 0.1) for i in range(24))
    html = html_report.to_html(replace(verdict, metrics=(replace(verdict.metrics[0], kind="rmse", confusion=(), series=points),)))
    target = re.search(r'<path class="line s-target" d="M([^"]+)"', html)
    assert target is not None
    assert len(target[1].split("L")) == 24
    assert "Confusion matrix" not in html


def test_the_gain_over_a_simpler_prediction(verdict: Verdict) -> None:
    assert terminal.gain(replace(verdict.metrics[0], board_value=0.9), 0.5) == "by 40.0 points"
    better = replace(verdict.metrics[0], kind="rmse", board_value=0.4, baselines={"yesterday again": 0.5})
    assert terminal.gain(better, 0.5) == "by 20.0%"
    assert "yesterday again 0.5 (by 20.0%)" in dict(terminal.facts(replace(verdict, metrics=(better,))))["to be better than"]
    assert "the board is better by 20.0%" in html_report.to_html(replace(verdict, metrics=(better,)))
