"""Tables of answers: the mark and the codes stay at every width, wrong answers come last on a terminal, and a classifier's rows name classes."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

from plumbline.common.figures.plot import Dots
from plumbline.common.manifest import ENDLESS, OperatorSpec
from plumbline.host.devices.board import Stats
from plumbline.host.firmware.memory_report import Footprint
from plumbline.host.reports import html_report, report_writer, rows, terminal
from plumbline.host.reports.chart import charts
from plumbline.host.reports.words import explained
from plumbline.host.verdict.checks import failures
from plumbline.host.verdict.comparison import Comparison
from plumbline.host.verdict.latency import Histogram
from plumbline.host.verdict.metric import Metric
from plumbline.host.verdict.verdict import Cost, Traffic, Verdict
from tests.support.identities import IDENTITY

CODES = ((-128, 100, -101, -128), (-100, -120, -128, 90), (127, -128, -128, -128))


def answer(row: int, board: tuple[int, ...] | None = None, error: float = 0.0) -> Comparison:
    """Probabilities in steps of 1/256, as SOFTMAX gives them."""
    expected = CODES[row % len(CODES)]
    given = expected if board is None else board
    reals, answered = (tuple((code + 128) / 256 for code in codes) for codes in (expected, given))
    floats = (reals[0] + error, *reals[1:])
    return Comparison("code", row, None, expected, given, reals, answered, floats, bound=0.1, exact=given == expected)


def verdict_of(*comparisons: Comparison, operators: tuple[str, ...] = ("FULLY_CONNECTED", "SOFTMAX"), outputs: int = 4) -> Verdict:
    layers = tuple(OperatorSpec(name, 1, name.lower(), False, (1, outputs)) for name in operators)
    traffic = Traffic(1.0, 1, 0.001, 0.001, 0.001, 1, 1, 0, 0, 0, 1, 1, Histogram())
    stats = Stats(*[0] * 6)
    return Verdict(
        recipe="letters",
        model_sha256="0" * 64,
        manifest_sha256="0" * 64,
        oracle="an oracle",
        identity=IDENTITY,
        tolerance=0.1,
        bound=None,
        comparisons=comparisons,
        probes=(),
        traffic=traffic,
        cost=Cost(1, "cycles", 1),
        stats=stats,
        failures=tuple(failures(comparisons, [], "tolerance")),
        started="2026-01-01T00:00:00+00:00",
        command="plumbline verify letters",
        versions={},
        footprint=Footprint(None, None, 1, 1, 1),
        layers=layers,
        peers=(),
    )


GOOD = tuple(map(answer, range(60)))
DIFFERS = answer(60, board=(-128, 100, -90, -128))
OTHER_CLASS = answer(62, board=(-128, -128, 120, -128))
TOO_FAR = answer(63, error=0.25)
FAILED = verdict_of(*GOOD, DIFFERS, OTHER_CLASS, TOO_FAR)


def printed(verdict: Verdict, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    terminal.show(verdict, Path("build/letters"))
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("width", [200, 100, 80, 60, 44])
def test_mark_and_codes_stay_at_every_width(width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(FAILED, width, monkeypatch, capsys)
    marked = [line for line in lines if re.match(r" (ok|NO) ", line)]
    assert [line[1:3] for line in marked] == ["ok"] * len(rows.selection(FAILED)) + ["NO"] * 3
    assert "\N{HORIZONTAL ELLIPSIS}" not in "".join(lines)
    if width >= 60:  # else a row takes several lines
        assert [re.findall(r"\((-?\d+)\)", line)[:2] for line in marked[-3:-1]] == [["-101", "-90"], ["127", "120"]]
    assert all(len(line) <= width for line in lines[: lines.index(next(line for line in lines if line.startswith("- ")))])
    left_out = " ".join(" ".join(lines).split()).count("Left out, as the terminal is narrow")
    assert left_out == (width < 100)


def test_the_wrong_answers_are_in_sight_on_a_small_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(FAILED, 80, monkeypatch, capsys)
    rows_needed = [-(-max(1, len(line)) // 80) for line in lines]
    first_wrong = next(index for index, line in enumerate(lines) if line.startswith(" NO"))
    assert sum(rows_needed[first_wrong:]) < 24
    assert lines[-1].startswith("FAIL letters")


def test_a_classifiers_rows_name_the_class_that_each_chose() -> None:
    row = rows.row(FAILED, OTHER_CLASS)
    assert (row.float, row.expected, row.board) == ("0: 0.9961", "0: 0.9961 (127)", "2: 0.9688 (120)")
    assert row.error == "0.996 (0)"
    assert rows.row(FAILED, TOO_FAR).error == "0.25 (0)"
    assert "largest of the 4 outputs" in rows.note(FAILED)


def test_where_the_class_is_the_same_the_output_that_differs_is_shown() -> None:
    row = rows.row(FAILED, DIFFERS)
    assert (row.expected, row.board) == ("2: 0.1055 (-101)", "2: 0.1484 (-90)")


def test_of_several_outputs_that_are_no_classes_the_number_is_shown() -> None:
    plain = verdict_of(*GOOD, DIFFERS, operators=("FULLY_CONNECTED",))
    row = rows.row(plain, DIFFERS)
    assert (row.output, row.board) == ("2", "0.1484 (-90)")
    assert "counted from 0" in rows.note(plain)
    assert "output" in [head for head, _ in rows.columns(plain, GOOD)]


@pytest.mark.parametrize(
    ("operators", "outputs", "chooses"),
    [
        (("FULLY_CONNECTED", "LOGISTIC"), 4, True),
        (("SOFTMAX", "RESHAPE", "QUANTIZE"), 4, True),
        (("SOFTMAX", "FULLY_CONNECTED"), 4, False),
        (("SOFTMAX",), 2, False),  # 2 x 2: a class for each of two places
    ],
)
def test_what_is_a_classifier(operators: tuple[str, ...], outputs: int, chooses: bool) -> None:
    assert verdict_of(*GOOD, operators=operators, outputs=outputs).classes == (("0", "1", "2", "3") if chooses else ())


def test_without_a_float_model_nothing_stands_in_its_columns() -> None:
    brought = replace(FAILED, float_model=False)
    assert [head for head, _ in rows.columns(brought, GOOD)] == ["input", "expected class", "board class"]


def test_without_a_tolerance_none_is_shown_nor_said_to_be_left_out(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    own = replace(FAILED, tolerance_from=ENDLESS)
    assert "tolerance" not in [head for head, _ in rows.columns(own, GOOD)]
    said = " ".join(" ".join(printed(own, 60, monkeypatch, capsys)).split())
    assert "Left out, as the terminal is narrow: float class" in said


def test_an_input_that_was_chosen_says_what_it_is_and_has_no_limit() -> None:
    ramp = replace(GOOD[5], chosen="ramp", bound=math.inf)
    row = rows.row(FAILED, ramp)
    assert (row.input, row.error, row.limit) == ("ramp row 5", "", "")
    assert dict(terminal.facts(replace(FAILED, comparisons=(*GOOD[:5], ramp))))["within the tolerance"].startswith("5/5 of 0.1")
    for chart in charts(replace(FAILED, comparisons=(*GOOD[:5], ramp))):
        assert sum(len(mark.x) for mark in chart.marks if isinstance(mark, Dots)) == 5


def test_a_row_without_a_bound_is_not_the_closest_to_one() -> None:
    chosen = replace(answer(5, error=9.0), bound=math.inf, chosen="ramp")
    near = answer(6, error=0.05)
    verdict = replace(FAILED, comparisons=(chosen, near))
    assert verdict.worst == near
    assert dict(terminal.facts(verdict))["closest to its tolerance"].startswith("codes row 6: 0.05 of 0.1")
    alone = replace(FAILED, comparisons=(chosen,))
    assert alone.worst is None
    for text in (*(text for _, text in terminal.facts(alone)), html_report.to_html(alone), report_writer.to_json(alone)):
        assert "of inf" not in text


@pytest.mark.parametrize(("reach", "inputs"), [(0.9, "test inputs"), (None, "samples")])
def test_the_headline_says_what_the_metric_was_measured_on(reach: float | None, inputs: str) -> None:
    metric = Metric("accuracy", 60, 0.95, 0.95, 0.95, reach, 0.05, {}, (), (), (), (), ())
    measured = replace(FAILED, metrics=(metric,))
    assert f"accuracy on the board, 60 {inputs}; float 0.95" in html_report.to_html(measured)
    assert f"on 60 {inputs}" in terminal.last_line(measured)


def test_a_float_answer_that_is_no_number_is_shown_as_none() -> None:
    odd = replace(TOO_FAR, float_y=(math.nan,) * 4)
    assert rows.row(FAILED, odd).float == "0: none"


def test_the_page_shows_wrong_answers_before_everything_else_and_hashes_last() -> None:
    html = html_report.to_html(FAILED)
    places = [html.index(text) for text in (">Why<", "The wrong answers", '<ul class="tiles">', "<dt>code</dt>", "<svg viewBox", ">Answers<")]
    places += [html.index(text) for text in (">Layers<", ">From float weights to RAM<", ">The link<", ">What was tested<", FAILED.model_sha256)]
    assert places == sorted(places)
    assert html.count("<td>✗ differs</td><td>code row") == 2
    assert "<td>✗ too far</td><td>code row 63</td>" in html


def test_the_page_explains_the_words_it_uses() -> None:
    words = dict(explained(FAILED))
    assert set(words) == {"code", "exact", "tolerance"}
    assert "declared by the recipe" in words["tolerance"]
    assert set(dict(explained(replace(FAILED, float_model=False)))) == {"code", "exact"}
    point = Comparison("sweep", 0, 1.0, (1,), (1,), (1.0,), (1.0,), (1.0,), 0.1, True)
    proven = dict(explained(replace(FAILED, comparisons=(point,), bound=0.1)))
    assert set(proven) == {"points", "sweep", "exact", "bound"}
    assert "proven" in proven["bound"]
