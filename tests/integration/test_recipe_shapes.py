"""`shapes` from its pictures to the virtual board: two outputs, each bit for bit, each with a metric that beats a prediction without a model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from plumbline.commands import summary
from plumbline.common import documents
from plumbline.common.golden_data import References
from plumbline.common.manifest import Manifest
from plumbline.convert.references.choose_inputs import MOST_CHOSEN
from plumbline.host.reports import html_report, report_writer, rows, terminal
from plumbline.host.verdict.metric import metrics_of
from plumbline.host.verdict.verdict import Verdict
from plumbline.host.verdict.verdict_file import Judged, if_any
from plumbline.training.recipes import shapes as recipe
from tests.support.stages import Once, built, verified


def test_a_shape_covers_its_place_and_the_area_of_a_square() -> None:
    for kind in range(3):
        covered = recipe.coverage(kind, 9.5, 14.0, 5.0, turn=0.4)
        assert abs(covered.sum() / (2 * 5.0) ** 2 - 1) < 0.05, recipe.CLASSES[kind]
        centre = [(covered * places).sum() / covered.sum() + 0.5 for places in np.mgrid[: recipe.SIDE, : recipe.SIDE]]
        assert np.abs(np.array(centre) - (14.0, 9.5)).max() < 0.1


def test_pictures_are_the_same_in_every_run_and_differ_by_the_seed() -> None:
    first, again, other = (recipe.drawn(3, seed) for seed in (5, 5, 6))
    assert first.inputs.tobytes() == again.inputs.tobytes() != other.inputs.tobytes()
    assert (first.inputs.min(), first.inputs.max()) >= (0.0, 0.5)
    assert [each.dtype for each in first.by_output.values()] == [np.int32, np.float32]


def test_the_baselines_are_those_of_the_held_back_pictures() -> None:
    asked, found = recipe.test().by_output, recipe.baselines()
    (most,) = found["shape"].values()
    assert max(np.bincount(asked["shape"])) / len(asked["shape"]) >= most > 0.25
    (rms,) = found["place"].values()
    assert rms == pytest.approx(asked["place"].std(), rel=0.02)


@pytest.fixture(scope="session")
def shapes(tools: None, tensorflow: None, once: Once) -> Path:
    """build/shapes: trained, converted and built for the virtual board."""

    def fill(build: Path) -> None:
        built(build, "shapes")

    return once("shapes", fill) / "shapes"


@pytest.fixture(scope="session")
def verdict(shapes: Path) -> Verdict:
    return verified(shapes)


@pytest.mark.slow
def test_both_outputs_are_exact_and_of_use(verdict: Verdict) -> None:
    assert verdict.failures == ()
    assert sum(not each.chosen for each in verdict.comparisons) == recipe.TESTED
    assert verdict.exact == len(verdict.comparisons) == recipe.TESTED + MOST_CHOSEN
    assert {each.name: each.exact == each.compared for each in verdict.by_output} == {"shape": True, "place": True}
    metrics, useful = {each.output: each for each in verdict.metrics}, {each.output: each for each in verdict.useful}
    assert {name: metrics[name].kind for name in metrics} == {"shape": "accuracy", "place": "rmse"}
    assert all(each.board_value == each.int8_value for each in metrics.values())
    assert metrics["shape"].board_value > 0.9 > 2 * min(metrics["shape"].baselines.values())
    assert metrics["place"].board_value < 1.0 < min(metrics["place"].baselines.values()) / 2
    assert [sum(row) for row in metrics["shape"].confusion] == np.bincount(recipe.test().by_output["shape"]).tolist()
    assert {name: each.decides for name, each in useful.items()} == {"shape": "a class", "place": "numbers"}
    assert all(each.missed == () for each in useful.values())


@pytest.mark.slow
def test_the_reports_tell_each_output_by_its_name(verdict: Verdict, shapes: Path) -> None:
    text = report_writer.to_json(verdict)
    assert documents.to_json(documents.conform(json.loads(text), Judged)) == text
    html = html_report.to_html(verdict)
    assert all(f"Quality of {name} on 300 held-back test inputs" in html for name in ("shape", "place"))
    assert html.count("Confusion matrix of the board") == 1
    facts = dict(terminal.facts(verdict))
    assert {"accuracy, shape", "rmse, place", "to be better than, place"} <= set(facts)
    assert all(f"output {name}: " in terminal.last_line(verdict) for name in ("shape", "place"))
    row = summary.row("shapes", if_any(shapes / "verdict.json"))
    assert row[:4] == ("[green]PASS[/]", "shapes", f"{verdict.exact}/{verdict.exact}", "shape: accuracy; place: rmse")
    right = rows.row(verdict, verdict.comparisons[0])
    place, name = right.board.split("; ")  # as in the signature, by the alphabet
    assert name.split()[0] in recipe.CLASSES
    assert len(place.split(", ")) == 2
    off = replace(verdict.comparisons[0], exact=False, board=(*verdict.comparisons[0].board[:-1], 99))
    assert rows.row(replace(verdict, comparisons=(off,)), off).board.endswith("(99)")


@pytest.mark.slow
def test_a_board_that_answers_one_output_worse_misses_that_one(shapes: Path) -> None:
    manifest = Manifest.load(shapes / "generated" / "manifest.json")
    references = References.load(shapes / "references.npz", manifest)
    names = [each.name for each in manifest.outputs]
    first = sum(each.bytes for each in manifest.outputs[: names.index("place")])
    turned = references.expected.copy()
    turned[:, first : first + 2] = turned[:, [first + 1, first]]  # x for y
    failures = {each.output: each.failures for each in metrics_of(manifest, references, turned)}
    assert failures["shape"] == ()
    assert failures["place"][0].startswith("output place: the board reaches rmse")
