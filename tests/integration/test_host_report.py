"""The reports of a verdict: JSON as its schema says, JUnit as CI services read it, a page that needs nothing beside it, a last line that tells."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest

from plumbline.common import documents
from plumbline.common.figures.plot import Dots
from plumbline.common.figures.scale import Scale
from plumbline.common.figures.svg import Drawing
from plumbline.common.outcome import FILES, outcome_of
from plumbline.host.reports import html_report, junit, report_writer, rows, terminal
from plumbline.host.reports.chart import charts
from plumbline.host.verdict.comparison import Probe
from plumbline.host.verdict.profile import FILE, Cost, Profile
from plumbline.host.verdict.schemas import published
from plumbline.host.verdict.verdict import Verdict
from plumbline.host.verdict.verdict_file import Judged

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session", params=["passed", "failed", "empty"])
def verdict(request: pytest.FixtureRequest, passed: Verdict, failed: Verdict) -> Verdict:
    empty = replace(passed, comparisons=(), probes=(), failures=("nothing was compared",))
    return {"passed": passed, "failed": failed, "empty": empty}[request.param]


def test_json_is_as_its_schema_says(verdict: Verdict) -> None:
    text = report_writer.to_json(verdict)
    assert "NaN" not in text
    document = json.loads(text)
    jsonschema.validate(document, published("verdict"))
    assert documents.to_json(documents.conform(document, Judged)) == text
    assert document["passed"] == (not document["failures"]) == verdict.passed
    assert document["summary"]["exact"] == sum(each["exact"] for each in document["comparisons"])


def test_without_a_float_model_nothing_is_said_about_errors_against_one(passed: Verdict) -> None:
    brought = replace(passed, float_model=False)
    document = json.loads(report_writer.to_json(brought))
    jsonschema.validate(document, published("verdict"))
    assert {document["summary"][name] for name in ("max_error", "mean_error", "rms_error", "worst")} == {None}
    html = html_report.to_html(brought)
    assert "largest error" not in html
    assert "Error: board minus float model" not in html
    assert "largest error" in html_report.to_html(passed)
    assert "largest error" not in terminal.last_line(brought)
    assert dict(terminal.facts(brought))["error against float"].startswith("unknown")


def test_a_wrong_document_does_not_conform(passed: Verdict) -> None:
    for change in ({"passed": "yes"}, {"extra": 1}, {"schema": 1}, {"model_sha256": "abc"}, {"comparisons": [{"kind": "guess"}]}):
        document = {**json.loads(report_writer.to_json(passed)), **change}
        with pytest.raises(ValueError, match=next(iter(change))):
            documents.conform(document, Judged)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document, published("verdict"))


def test_junit_is_well_formed_and_tells_the_same(verdict: Verdict) -> None:
    suites = ET.fromstring(junit.to_xml(verdict))
    assert suites.tag == "testsuites"
    (suite,) = suites
    cases = suite.findall("testcase")
    assert suites.attrib["tests"] == suite.attrib["tests"] == str(len(cases))
    assert suites.attrib["failures"] == suite.attrib["failures"] == str(len(suite.findall("testcase/failure")))
    assert (suite.attrib["failures"] == "0") == verdict.passed
    assert all(case.attrib.keys() == {"classname", "name", "time"} for case in cases)
    assert len({(case.attrib["classname"], case.attrib["name"]) for case in cases}) == len(cases)


# What GitLab (docs.gitlab.com, Unit test reports) reads of JUnit, and what it ignores but other readers know. Its suites are classnames, it drops
# a second test of the same name, and of a failure it shows the text, not the message.
JUNIT = {
    "testsuites": ({"name", "tests", "failures", "errors", "skipped", "time"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped", "time", "timestamp"}, {"properties", "testcase"}),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": ({"classname", "name", "time"}, {"failure"}),
    "failure": ({"message", "type"}, set()),
}


def test_junit_is_what_gitlab_and_github_read(verdict: Verdict) -> None:
    raw = junit.to_xml(verdict)
    assert len(raw) < 30_000_000
    root = ET.fromstring(raw)
    assert root.tag == "testsuites"
    for element in root.iter():
        attributes, children = JUNIT[element.tag]
        assert set(element.attrib) == attributes
        assert {child.tag for child in element} <= children
        for name in attributes & {"tests", "failures", "errors", "skipped"}:
            assert element.attrib[name].isdigit()
        if "time" in attributes:
            assert float(element.attrib["time"]) >= 0
        if element.tag == "failure":
            assert element.text == "\n".join(dict.fromkeys((element.text or "").split("\n")))
            assert (element.text or "").startswith(element.attrib["message"])


def test_junit_survives_a_board_with_an_odd_name(passed: Verdict) -> None:
    odd = replace(passed, identity=replace(passed.identity, board="\x00 <b> \x1b[31m \ud800"), failures=("\x07",))
    root = ET.fromstring(junit.to_xml(odd))
    (value,) = (each.attrib["value"] for each in root.iter("property") if each.attrib["name"] == "board")
    assert value == "\ufffd <b> \ufffd[31m \ufffd"


def test_junit_names_what_failed(failed: Verdict) -> None:
    suite = ET.fromstring(junit.to_xml(failed))[0]
    cases = [case for case in suite.iter("testcase") if case.find("failure") is not None]
    assert {(case.attrib["classname"].rpartition(".")[2], case.attrib["name"]) for case in cases} == {
        ("samples", "x = 1"),
        ("sweep", "301 points of the sweep"),
        ("codes", "256 codes"),
        ("domain", "x = -12.800000001 is refused"),
        ("verdict", "verdict"),
    }


class Page(HTMLParser):
    """Checks that tags close in order, and collects what a page refers to."""

    VOID = ("meta", "link", "img", "br", "path", "rect", "circle", "polyline")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.references: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.references += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "data")]
        if tag not in self.VOID or self.get_starttag_text()[-2:] != "/>":  # type: ignore[index]
            self.open += [tag] * (tag not in ("meta", "link", "img", "br", "wbr"))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_stands_alone(verdict: Verdict) -> None:
    text = html_report.to_html(verdict)
    found = Page(text)
    assert found.references == []
    assert "script" not in found.seen
    assert set(re.findall(r"url\(.", text)) <= {"url(#"}  # a part of this page
    assert "@import" not in text
    assert "prefers-color-scheme: dark" in text
    assert 'name="viewport"' in text
    assert ">nan<" not in text
    assert "&lt;&amp;&gt;" in text  # the command is escaped


def test_the_page_says_what_was_tested(passed: Verdict) -> None:
    text = html_report.to_html(passed)
    identity = passed.identity
    for fact in (passed.recipe, passed.model_sha256, identity.engine, identity.board, identity.build, "256/256", passed.started[:10]):
        assert fact in text
    assert text.count('role="img"') == text.count('role="img" aria-label="') == 3
    assert text.index("PASS") < text.index("<svg")


def test_the_page_shows_failures_by_more_than_colour(failed: Verdict) -> None:
    text = html_report.to_html(failed)
    for failure in failed.failures:
        assert failure.split("(")[0] in text
    assert "✗ differs" in text
    assert "✗ answered with -26.5" in text


def test_charts_draw_every_finite_answer(passed: Verdict, failed: Verdict) -> None:
    for verdict, missing, bad in ((passed, 0, 0), (failed, 1, 2)):
        for chart in charts(verdict):
            dots = {mark.style: mark for mark in chart.marks if isinstance(mark, Dots)}
            assert sum(len(each.x) for each in dots.values()) == len(verdict.comparisons) - missing
            assert len(dots["wrong"].x) == len(dots["wrong"].titles) == bad
            assert all(chart.x.low <= x <= chart.x.high for each in dots.values() for x in each.x)
            assert all(chart.y.low <= y <= chart.y.high for each in dots.values() for y in each.y)
            drawing = Drawing(chart)
            assert len(drawing.x_ticks) >= 3 <= len(drawing.y_ticks)
            assert all(drawing.top <= tick.at <= drawing.floor for tick in drawing.y_ticks)
            assert sum(bool(path.title) for path in drawing.moving) == len(verdict.comparisons) - missing
    assert charts(replace(passed, comparisons=())) == ()


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-12.8, 12.7), (1e-6, 3e-6), (-5e8, 7e8), (3, 3), (0.249, 0.251)])
def test_ticks_are_few_in_range_and_told_apart(low: float, high: float) -> None:
    ticks = Scale([low, high], 0, 100).ticks(8)
    assert 3 <= len(ticks) <= 10
    assert all(0 <= tick.at <= 100 for tick in ticks)
    assert len({tick.text for tick in ticks}) == len(ticks)


def test_the_last_line_has_the_numbers(passed: Verdict, failed: Verdict) -> None:
    assert re.fullmatch(
        r"PASS linear on virtual .+ \(compiled\): 256/256 codes and 308/308 points exact; "
        r"largest error 0\.\d+ within the bound 0\.\d+; \d+ distinct answers to 308 samples, RMS error 0\.\d+% of float's spread; "
        r"6/6 outside the domain refused",
        terminal.last_line(passed),
    )
    line = terminal.last_line(failed)
    assert line.startswith("FAIL linear")
    assert "255/256 codes and 307/308 points" in line
    assert "5/6 outside" in line
    assert line.endswith("2 of 564 answers differ from the oracle")


def test_the_table_fits_a_small_terminal(
    verdict: Verdict, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    terminal.show(verdict, tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert "…" not in "".join(lines)
    assert lines[-1] == terminal.last_line(verdict)


def test_a_selection_and_the_wrong_answers_hold_all_samples_and_the_worst(passed: Verdict, failed: Verdict) -> None:
    for verdict in (passed, failed):
        chosen, wrong = rows.selection(verdict), rows.wrong(verdict)
        shown = [*chosen, *wrong]
        assert len({id(each) for each in shown}) == len(shown) < 30
        assert set(verdict.of("sample")) <= set(shown)
        assert verdict.worst in shown
        assert {each for each in verdict.comparisons if not each.good} == set(wrong)


def test_reports_are_written(failed: Verdict, tmp_path: Path) -> None:
    report_writer.write(failed, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(FILES)
    assert outcome_of(tmp_path) == "fail"


def test_every_report_shows_why_the_board_had_started(passed: Verdict) -> None:
    bitten = replace(passed, identity=replace(passed.identity, last_reset="watchdog, pc 0x00000abc"))
    assert ("last reset", "watchdog, pc 0x00000abc") in terminal.facts(bitten)
    assert "<dt>last reset</dt><dd>watchdog, pc 0x00000abc</dd>" in html_report.to_html(bitten)
    assert json.loads(report_writer.to_json(bitten))["board"]["last_reset"] == "watchdog, pc 0x00000abc"
    assert "last reset" not in dict(terminal.facts(passed))
    assert "last reset" not in html_report.to_html(passed)


def test_a_probe_knows_whether_it_was_refused() -> None:
    assert Probe(5, None).refused
    assert not Probe(5, 0.0).refused


def profile_of(build: str) -> Profile:
    costs = (Cost(0, "conv & <co>", "CONV_2D", 1200, 600, 0.992), Cost(1, "flat", "RESHAPE", 0, None, 0.0))
    return Profile("linear", "0" * 64, "board", "compiled", build, "instructions", costs, whole=1210, probe=12, plain=1209)


def test_the_page_shows_the_cost_of_each_operator(passed: Verdict) -> None:
    html = html_report.to_html(passed, profile_of(passed.identity.build))
    Page(html)
    assert "<td>0</td><td>conv &amp; &lt;co&gt;</td><td>CONV_2D</td><td>1,200</td><td>99.2%</td><td>600</td><td>2.00</td>" in html
    assert "<td></td><td>whole inference</td><td></td><td>1,210</td><td>100.0%</td><td>600</td><td>2.02</td>" in html
    assert "Cost of each operator" not in html_report.to_html(passed)


def test_a_profile_of_other_firmware_is_not_shown(passed: Verdict, tmp_path: Path) -> None:
    for build, shown in ((passed.identity.build, True), ("another", False)):
        (tmp_path / FILE).write_text(profile_of(build).to_json())
        report_writer.write(passed, tmp_path)
        assert ("Cost of each operator" in (tmp_path / "report.html").read_text()) == shown
    assert Profile.load(tmp_path / FILE, "another") == profile_of("another")
    for damaged in ("", "[]", "{}", '{"schema": 1, "build": "another"}'):
        (tmp_path / FILE).write_text(damaged)
        assert Profile.load(tmp_path / FILE, "another") is None
