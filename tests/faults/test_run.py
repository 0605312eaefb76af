"""The short form of `make torture`: a little of everything that tries to fool the verifier, and nothing does."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from plumbline.common.paths import ROOT
from tests.faults.cli import _line, table
from tests.faults.result import Finding, Result, not_run, timed

WITHOUT_PYTEST = "import runpy, sys; sys.modules['pytest'] = None; runpy.run_module('tests.faults', run_name='__main__', alter_sys=True)"
"""Who runs `make torture` has not asked for the tools of the tests."""


@pytest.mark.slow
def test_the_short_form_needs_no_pytest(virtual: Path, linear: Path) -> None:
    words = [sys.executable, "-c", WITHOUT_PYTEST, "--short", "--build", str(linear.parent)]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Torture" in ended.stdout
    assert ended.stderr.count("caught  ") > 10


def test_without_firmware_it_says_what_to_build(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-m", "tests.faults", "--build", str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 50
    assert "make firmware" in ended.stderr


def test_what_is_not_caught_is_marked_and_an_exception_is_not_caught() -> None:
    def breaks() -> Finding:
        raise ValueError("broken")

    results = [timed("a", "fine", lambda: Finding(2, 2)), timed("b", "half", lambda: Finding(2, 1)), timed("c", "dead", breaks)]
    assert [result.good for result in results] == [True, False, False]
    assert not Result("d", "nothing tried", 0, 0, 0.0).good
    shown = io.StringIO()
    Console(file=shown, width=120).print(table(results))
    assert shown.getvalue().count("MISSED") == 2
    assert "ValueError: broken" in shown.getvalue()


def test_what_was_not_run_is_neither_caught_nor_missed_and_says_why() -> None:
    row = not_run("tflm", "an arena one byte too small", "needs a library")
    assert (row.good, row.missed) == (False, False)
    shown = io.StringIO()
    Console(file=shown, width=120).print(table([row]))
    assert "MISSED" not in shown.getvalue()
    assert re.search("one byte too small .* not run .* needs a library", shown.getvalue())
    assert _line(row).startswith("not run ")
