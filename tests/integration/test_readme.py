"""README and the pages are true: transcripts are what the commands print, figures are the manifest's, the example in C compiles and answers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.common.manifest import Manifest
from plumbline.common.paths import ROOT
from plumbline.convert.references import tflm
from plumbline.host.reports import report_writer
from plumbline.host.verdict.verdict import Verdict
from tests.support import compiled_c, pages

TUTORIAL = "docs/tutorial/lesson-to-board.md"
TERMS = {
    "input rounding": "input_rounding",
    "weight rounding": "weight_rounding",
    "bias rounding": "bias_rounding",
    "output rounding": "output_rounding",
}
TERMS |= {"evaluation": "evaluation", "**bound**": "total"}
MAIN = """
#include <stdio.h>
float predict(float x);
int main(void)
{
    printf("%.2f\\n", (double)predict(10.0f));
    return 0;
}
"""


def lasting(text: str) -> str:
    """The text without what differs from run to run: times and rates, what another compiler counts, its name, the build, the folder, line ends."""
    text = re.sub(r"^(inference|round trip|line|firmware|stack)\b.*\n(?: .*\n)*", r"\1\n", text, flags=re.MULTILINE)
    text = re.sub(r"\d+\.\d+\.\d+\+[0-9a-f]{12}", "BUILD", text)
    text = "".join(text.split())  # a long folder is broken as well
    return re.sub(r"(?<=report)/\S*?/linear/report\.html", "build/linear/report.html", text)


@pytest.fixture(scope="module")
def exported(linear: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command in README writes, in a folder of its own."""
    (words,) = re.findall(r"^    \.venv/bin/plumbline (export .+)$", pages.text("README.md"), re.MULTILINE)
    here = tmp_path_factory.mktemp("exported")
    command = [sys.executable, "-m", "plumbline", *words.split(), "--build", str(linear.parent)]
    subprocess.run(command, cwd=here, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    (folder,) = re.findall(r"writes `(\S+)/`", pages.text("README.md"))
    return here / str(folder)


def said(command: list[str], linear: Path, typed: str = "") -> str:
    words = [sys.executable, "-m", "plumbline", *command, "linear", "--only", "--build", str(linear.parent)]
    ended = subprocess.run(words, cwd=ROOT, input=typed, capture_output=True, text=True, env={**os.environ, "COLUMNS": "80"})
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.slow
@pytest.mark.skipif(not tflm.available(), reason="the transcript names the tflite-micro wheel, which this machine has not")
def test_the_verified_board_looks_like_that(linear: Path, virtual: Path) -> None:
    assert lasting(said(["verify"], linear)) == lasting(pages.transcript(TUTORIAL, "make verify"))


def test_readme_is_short_and_ends_verify_as_the_tutorial_does() -> None:
    assert len(pages.text("README.md").splitlines()) <= 150
    assert "> " + pages.transcript(TUTORIAL, "make verify").splitlines()[-1] in pages.text("README.md").splitlines()


@pytest.mark.slow
@pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")
def test_the_call_of_a_firmware_author_compiles_and_answers(exported: Path, tmp_path: Path) -> None:
    (tmp_path / "predict.c").write_text(pages.code("README.md", "c"))
    (tmp_path / "main.c").write_text(MAIN)
    sources = [tmp_path / "predict.c", tmp_path / "main.c", exported / "linear.c"]
    subprocess.run([shutil.which("cc") or "gcc", *compiled_c.WARNINGS, f"-I{exported}", *sources, "-o", tmp_path / "predict"], check=True)
    (claimed,) = re.findall(r"`predict\(10\.0f\)` is ([\d.]+)\.", pages.text("README.md"))
    assert subprocess.run([tmp_path / "predict"], capture_output=True, text=True, check=True).stdout.strip() == claimed


@pytest.mark.slow
def test_the_exported_header_has_the_lines_that_its_page_shows(exported: Path) -> None:
    header = (exported / "linear.h").read_text().splitlines()
    assert {line for line in pages.code("docs/reference/generated-c.md", "c").splitlines() if line} <= set(header)


@pytest.mark.slow
def test_the_firmwares_headers_have_the_macros_that_their_page_names(linear: Path) -> None:
    macros = set(re.findall(r"`(PLUMBLINE_(?!SHARE|CONSTANTS)\w+)`", pages.text("docs/reference/generated-c.md")))
    of_several = {each for each in macros if each.endswith("_OFFSETS") or "_X_2_" in each}  # tests/unit/test_convert_codegen.py has these
    assert macros - of_several <= set(re.findall(r"#define (\w+)", "".join(path.read_text() for path in (linear / "generated").glob("*.h"))))


@pytest.mark.slow
def test_the_line_for_a_ci_job_passes_two_equal_verdicts_of_linear(linear: Path, passed: Verdict, tmp_path: Path) -> None:
    (words,) = re.findall(r"^    \.venv/bin/plumbline (compare .+)$", pages.text("docs/how-to/ci.md"), re.MULTILINE)
    for place in ("main", "build/linear"):
        (tmp_path / place).mkdir(parents=True)
        report_writer.write(passed, tmp_path / place)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    ended = subprocess.run([sys.executable, "-m", "plumbline", *words.split()], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.splitlines()[-2:] == [
        "- metric on the board: neither verdict holds it, so that the limit of 0.01 was skipped",
        "within the limits",
    ]


@pytest.mark.slow
def test_the_console_answers_like_that(linear: Path, virtual: Path) -> None:
    assert lasting(said(["monitor"], linear, "10\n-0.5\n13\n")) == lasting(pages.transcript(TUTORIAL, r"printf '10\n-0.5\n13\n' | make monitor"))


@pytest.mark.slow
def test_the_bound_is_made_of_these_terms(linear: Path) -> None:
    bound = Manifest.load(linear / "generated" / "manifest.json").bound
    for name, term in TERMS.items():
        (shown,) = re.findall(rf"^\| {re.escape(name)} \|.*\| \**([0-9.]+)\** \|$", pages.text("docs/explanation/bound.md"), re.MULTILINE)
        assert float(shown) == pytest.approx(getattr(bound, term), rel=0.03), name


@pytest.mark.slow
def test_the_recipe_of_its_page_passes_as_it_says(tools: None, tmp_path: Path) -> None:
    page = "docs/how-to/own-recipe.md"
    (tmp_path / "square.py").write_text(pages.code(page, "python"))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    ended = subprocess.run([sys.executable, "-m", "plumbline", "verify", "square.py"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    (claimed,) = re.findall(r"^> (PASS square .+exact); \.\.\.$", pages.text(page), re.MULTILINE)
    assert ended.stdout.splitlines()[-1].startswith(claimed)
