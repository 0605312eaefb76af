"""Every form of one outcome says the same: verdict.json, JUnit, the last line, the Markdown of a step and the page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from plumbline.common.errors import BoardSilent
from plumbline.common.files import write_if_changed
from plumbline.common.outcome import JUNIT, PAGE, SUMMARY, VERDICT, Ended, Run, outcome_of
from plumbline.host.reports import markdown, report_writer
from plumbline.host.verdict.checks import failures
from plumbline.host.verdict.verdict import Verdict
from plumbline.host.verdict.verdict_file import load

pytestmark = pytest.mark.slow

SILENT = Ended.of(BoardSilent("Nothing came from the board.", "Reset it."))


def not_exact(passed: Verdict) -> Verdict:
    wrong = (*passed.comparisons[:-1], replace(passed.comparisons[-1], board=(0,), exact=False))
    return replace(passed, comparisons=wrong, failures=tuple(failures(wrong, [])))


def out_of_bound(passed: Verdict) -> Verdict:
    far = (*passed.comparisons[:-1], replace(passed.comparisons[-1], bound=0.0, float_y=(1e3,)))
    return replace(passed, comparisons=far, failures=tuple(failures(far, [])))


def not_useful(passed: Verdict) -> Verdict:
    return replace(passed, failures=("too few decisions agree",), missed=("too few decisions agree",))


@pytest.mark.parametrize(
    ("made", "outcome", "code", "element", "mark", "begins"),
    [
        (lambda passed: passed, "pass", 0, None, "✅ PASS", "PASS"),
        (not_exact, "fail", 1, "failure", "❌ FAIL", "FAIL"),
        (out_of_bound, "fail", 1, "failure", "❌ FAIL", "FAIL"),
        (not_useful, "fail", 13, "failure", "❌ FAIL", "FAIL"),
        (lambda _: SILENT, "error", 44, "error", "❌ ERROR", "ERROR"),
        (lambda _: None, "not finished", None, "error", None, "NOT FINISHED"),
    ],
    ids=["pass", "not exact", "out of bound", "not useful", "error", "not finished"],
)
def test_all_forms_of_an_outcome_agree(
    made: Callable[[Verdict], Verdict | Ended | None],
    outcome: str,
    code: int | None,
    element: str | None,
    mark: str | None,
    begins: str,
    passed: Verdict,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv(SUMMARY, str(summary))
    run, ended = Run.begin(tmp_path, "linear", "make verify"), made(passed)
    if isinstance(ended, Verdict):
        report_writer.write(ended, tmp_path)
        markdown.append_summary(markdown.of_verdict(ended))
        title = re.search("<title>([A-Z]+): linear", (tmp_path / PAGE).read_text())
        assert title is not None
        assert title[1] == begins
    else:
        if ended:
            run.end(ended)
        assert not (tmp_path / PAGE).exists()
    document = load(tmp_path)
    assert (document.outcome, document.passed, document.exit_code) == (outcome, code == 0, code)
    assert document.line.startswith(f"{begins} linear")
    suites = ET.fromstring((tmp_path / JUNIT).read_bytes())
    assert {each.tag for each in suites.iter() if each.tag in ("failure", "error")} == ({element} if element else set())
    assert (suites.attrib["failures"] != "0", suites.attrib["errors"] != "0") == (element == "failure", element == "error")
    assert summary.exists() == (mark is not None)
    if mark:
        assert summary.read_text().startswith(f"## {mark}: linear")


@pytest.mark.parametrize("file", [PAGE, JUNIT, VERDICT])
def test_reports_that_cannot_all_be_written_say_nothing_of_a_pass(
    file: str, passed: Verdict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run.begin(tmp_path, "linear", "make verify")
    full = OSError(28, "No space left on device")

    def write(path: Path, data: bytes | str) -> bool:
        if path.name == file:
            raise full
        return write_if_changed(path, data)

    monkeypatch.setattr("plumbline.host.reports.report_writer.write_if_changed", write)
    with pytest.raises(OSError, match="No space left"):
        report_writer.write(passed, tmp_path)
    assert outcome_of(tmp_path) == "not finished"
    run.end(SILENT)
    assert load(tmp_path).outcome == "error"
    assert ET.fromstring((tmp_path / JUNIT).read_bytes()).attrib["errors"] == "1"
    assert not (tmp_path / PAGE).exists()
