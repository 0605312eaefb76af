"""From its first moment on a run has an outcome: "not finished", until its end replaces that. An old PASS never stands for a new run."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from plumbline.common.errors import BoardSilent
from plumbline.common.outcome import BEGUN, FILES, SUMMARY, Ended, Run, outcome_of
from plumbline.common.paths import ROOT
from plumbline.host.verdict.verdict_file import load
from tests.support.verdict_documents import passing

SILENT = Ended.of(BoardSilent("Nothing came from \x1b[2Jsocket://", "Reset it."))


def reports(folder: Path, **values: Any) -> None:
    """As a verification leaves them."""
    (folder / "verdict.json").write_text(json.dumps({**passing(), **values}))
    for name in FILES[1:]:
        (folder / name).write_text(f"{name} of {values.get('outcome', 'pass')}")


def error_in(folder: Path) -> ET.Element:
    suites = ET.fromstring((folder / "junit.xml").read_bytes())
    assert suites.attrib["errors"] == "1"
    found = suites.find("testsuite/testcase/error")
    assert found is not None
    return found


def test_a_run_that_begins_says_so_and_keeps_the_last_good_report(tmp_path: Path) -> None:
    reports(tmp_path)
    Run.begin(tmp_path, "linear", "make verify")
    assert outcome_of(tmp_path) == "not finished"
    assert load(tmp_path).passed is False
    assert error_in(tmp_path).attrib["type"] == "NotFinished"
    assert not (tmp_path / "report.html").exists()
    assert outcome_of(tmp_path / "last_pass") == "pass"
    assert (tmp_path / "last_pass" / "report.html").read_text() == "report.html of pass"
    assert not list((tmp_path / "last_pass").glob("*.xml"))  # a CI job that collects **/junit.xml must not find it


def test_an_error_replaces_it(tmp_path: Path) -> None:
    run = Run.begin(tmp_path, "linear", "make verify")
    run.end(SILENT)
    found = load(tmp_path)
    assert found.error is not None
    assert (found.outcome, found.error.exit_code, found.error.name) == ("error", 44, "BoardSilent")
    assert found.error.hint == "Reset it."
    assert "\x1b" not in found.line
    error = error_in(tmp_path)
    assert error.attrib["type"] == "BoardSilent"
    assert "Reset it." in (error.text or "")
    run.end(Ended(1, "Another", "", ""))
    assert load(tmp_path).error == found.error


def test_an_error_is_in_the_summary_of_a_step_once_and_without_markup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "summary.md"
    monkeypatch.setenv(SUMMARY, str(file))
    run = Run.begin(tmp_path, "linear", "make verify PORT=socket://")
    assert not file.exists()
    run.end(Ended.of(BoardSilent("Nothing came from <b>[x](y)\n# PASS \x1b[2J", "Reset it.")))
    run.end(SILENT)
    text = file.read_text()
    assert text.startswith("## ❌ ERROR: linear\n")
    assert "- BoardSilent (exit code 44): Nothing came from \\<b\\>\\[x\\](y) \\# PASS" in text
    assert "- hint: Reset it." in text
    assert "make verify PORT=socket://" in text
    assert "\x1b" not in text
    assert text.count("##") == 1


def test_a_summary_that_cannot_be_written_does_not_hide_the_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SUMMARY, str(tmp_path / "none" / "summary.md"))
    Run.begin(tmp_path, "linear", "make verify").end(SILENT)
    assert load(tmp_path).exit_code == 44


def test_bytes_that_are_no_text_do_not_make_the_files_unreadable(tmp_path: Path) -> None:
    Run.begin(tmp_path, "linear", "verify --port '\udcff'").end(Ended.of(BoardSilent("Nothing came from \udcff.", "\udcff")))
    found = load(tmp_path)
    assert found.command == "verify --port '?'"
    assert found.failures == ("BoardSilent (exit code 44): Nothing came from ?.",)


def test_a_verdict_is_not_replaced_by_what_fails_after_it(tmp_path: Path) -> None:
    run = Run.begin(tmp_path, "linear", "make verify")
    reports(tmp_path)
    run.end(SILENT)
    assert outcome_of(tmp_path) == "pass"


def test_failed_runs_leave_the_last_good_report_where_it_is(tmp_path: Path) -> None:
    reports(tmp_path)
    for _ in range(3):
        Run.begin(tmp_path, "linear", "make verify").end(SILENT)
    reports(tmp_path, outcome="fail", passed=False, failures=["wrong"])
    Run.begin(tmp_path, "linear", "make verify")
    assert outcome_of(tmp_path / "last_pass") == "pass"
    assert outcome_of(tmp_path / "last_fail") == "fail"


@pytest.mark.parametrize("text", ["", "[]", '{"passed": "true"}', '{"outcome": 1}', "[" * 100_000, '{"outcome": "guess"}'])
def test_a_damaged_verdict_is_replaced(text: str, tmp_path: Path) -> None:
    reports(tmp_path)
    (tmp_path / "verdict.json").write_text(text)
    Run.begin(tmp_path, "linear", "make verify")
    assert {path.name for path in tmp_path.iterdir()} == {"verdict.json", "junit.xml"}
    assert outcome_of(tmp_path) == "not finished"


def test_a_verdict_of_an_older_version_is_moved_as_well(tmp_path: Path) -> None:
    (tmp_path / "verdict.json").write_text(json.dumps({"schema": 3, "passed": True}))
    Run.begin(tmp_path, "linear", "make verify")
    assert json.loads((tmp_path / "last_pass" / "verdict.json").read_text())["schema"] == 3


@pytest.mark.parametrize(("waiting", "outcome"), [("os.getpid()", "error"), ("1", "not finished")])
def test_a_process_ends_the_run_that_was_begun_before_it(waiting: str, outcome: str, tmp_path: Path) -> None:
    """As make does it: Ctrl-C comes while the command's Python starts. Where make is gone nobody has finished the run."""
    Run.begin(tmp_path, "linear", "make verify")
    held = "import os, signal; signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}); signal.raise_signal(signal.SIGINT)"
    became = "os.execv(sys.executable, [sys.executable, '-m', 'plumbline', 'verify', 'linear'])"
    run = f"import json, os, subprocess, sys; os.environ[{BEGUN!r}] = json.dumps([{waiting}, {str(tmp_path)!r}])\n"
    run += f"sys.exit(subprocess.run([sys.executable, '-c', {f'import sys; {held}; {became}'!r}]).returncode)"
    ended = subprocess.run([sys.executable, "-c", run], cwd=ROOT, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (130, "error: Interrupted by Ctrl-C.\n")
    assert outcome_of(tmp_path) == outcome
