"""README is true: its transcripts are what the commands print, its figures are the manifest's, its targets exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.common.manifest import Manifest
from plumbline.common.paths import ROOT
from plumbline.convert.operators import registered
from plumbline.convert.references import tflm
from plumbline.host.firmware.paths import ENVS
from plumbline.host.reports import report_writer
from plumbline.host.verdict.verdict import Verdict

README = (ROOT / "README.md").read_text()
TRANSCRIPTS = dict(re.findall(r"^```console\n\$ (.+)\n\.\.\.\n((?:.*\n)+?)```$", README, re.MULTILINE))
TERMS = {
    "input rounding": "input_rounding",
    "weight rounding": "weight_rounding",
    "bias rounding": "bias_rounding",
    "output rounding": "output_rounding",
}
TERMS |= {"evaluation": "evaluation", "**bound**": "total"}


def lasting(text: str) -> str:
    """The text without what differs from run to run: times and rates, what another compiler counts, its name, the build, the folder, line ends."""
    text = re.sub(r"^(inference|round trip|line|firmware|stack)\b.*\n(?: .*\n)*", r"\1\n", text, flags=re.MULTILINE)
    text = re.sub(r"\d+\.\d+\.\d+\+[0-9a-f]{12}", "BUILD", text)
    text = "".join(text.split())  # a long folder is broken as well
    return re.sub(r"(?<=report)/\S*?/linear/report\.html", "build/linear/report.html", text)


def said(command: list[str], linear: Path, typed: str = "") -> str:
    words = [sys.executable, "-m", "plumbline.host", *command, "linear", "--build", str(linear.parent)]
    ended = subprocess.run(words, cwd=ROOT, input=typed, capture_output=True, text=True, env={**os.environ, "COLUMNS": "80"})
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.slow
@pytest.mark.skipif(not tflm.available(), reason="the transcript names the tflite-micro wheel, which this machine has not")
def test_the_verified_board_looks_like_that(linear: Path, virtual: Path) -> None:
    assert lasting(said(["verify"], linear)) == lasting(TRANSCRIPTS["make verify"])


@pytest.mark.slow
def test_its_line_for_a_ci_job_passes_two_equal_verdicts_of_linear(linear: Path, passed: Verdict, tmp_path: Path) -> None:
    (words,) = re.findall(r"^    \.venv/bin/python (-m host compare .+)$", README, re.MULTILINE)
    for place in ("main", "build/linear"):
        (tmp_path / place).mkdir(parents=True)
        report_writer.write(passed, tmp_path / place)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    ended = subprocess.run([sys.executable, *words.split()], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.splitlines()[-2:] == [
        "- metric on the board: neither verdict holds it, so that the limit of 0.01 was skipped",
        "within the limits",
    ]


@pytest.mark.slow
def test_the_console_answers_like_that(linear: Path, virtual: Path) -> None:
    assert lasting(said(["monitor"], linear, "10\n-0.5\n13\n")) == lasting(TRANSCRIPTS[r"printf '10\n-0.5\n13\n' | make monitor"])


@pytest.mark.slow
def test_the_bound_is_made_of_these_terms(linear: Path) -> None:
    bound = Manifest.load(linear / "generated" / "manifest.json").bound
    for name, term in TERMS.items():
        (shown,) = re.findall(rf"^\| {re.escape(name)} \|.*\| \**([0-9.]+)\** \|$", README, re.MULTILINE)
        assert float(shown) == pytest.approx(getattr(bound, term), rel=0.03), name


def test_every_make_target_it_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^    )make ([a-z]+)\b", README, re.MULTILINE))
    assert {"verify", "flash", "test"} <= named <= targets


def test_every_environment_is_in_the_table() -> None:
    assert re.findall(r"^\| `(\w+)` \| .+ \| .+ \| .+ \|$", README, re.MULTILINE)[: len(ENVS)] == list(ENVS)


def test_it_lists_what_the_compiler_compiles() -> None:
    (listed,) = re.findall(r"It compiles\n([A-Z0-9_,\s]+), each", README)
    assert re.split(r",\s", listed) == list(registered())


def test_no_placeholder_is_left() -> None:
    assert re.findall(r"@[A-Z_]+@", README) == []


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("https://") or (ROOT / target).is_file(), target
