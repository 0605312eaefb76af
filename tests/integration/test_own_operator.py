"""A new operator is one folder: docs/how-to/own-operator.md is followed in a copy of the checkout, whose other files stay as they are."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.common.paths import ROOT
from tests.support import compiled_c

pytestmark = [pytest.mark.slow, pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")]

PAGE = (ROOT / "docs" / "how-to" / "own-operator.md").read_text()
FILES = dict(re.findall(r"^`([\w/.]+)`:\n\n```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
(COMMAND,) = re.findall(r"^    \.venv/bin/python (.+)$", PAGE, re.MULTILINE)
OWN = Path("convert/operators/abs")
"""The project's own ABS, which the page writes anew."""
FOLDERS = ("plumbline", "convert", "firmware", "host", "learn", "training", "tests", "benchmarks", "tools")

IMPORT = """
import sys
from pathlib import Path
import numpy as np
from plumbline.convert.import_model import bring
from plumbline.convert.operators import registered
from tests.support.tflite_writer import write_case
Path("abs.tflite").write_bytes(write_case(registered()["ABS"].random_case(np.random.default_rng(3), "magnitude")))
bring(Path("abs.tflite"), Path("build"), lambda line: None)
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout with the page's files instead of the project's own ABS, and no other change."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", ".pio"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    shutil.rmtree(copy / OWN)
    for path, text in FILES.items():
        (copy / path).parent.mkdir(exist_ok=True)
        (copy / path).write_text(text)
    return copy


def run(checkout: Path, *arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=checkout, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_page_adds_one_folder() -> None:
    assert {Path(path).parent for path in FILES} == {OWN}
    assert {Path(path).name for path in FILES} == {"__init__.py", "reference.py", "code.py", "abs.c.j2", "random_cases.py"}


def test_its_command_proves_the_operator(checkout: Path) -> None:
    said = run(checkout, *COMMAND.split(), "-v", "-p", "no:cacheprovider")
    assert "test_random_cases[ABS] PASSED" in said
    assert "test_no_warning_without_dsp_instructions_and_no_float_is_computed[ABS] PASSED" in said
    assert "test_what_is_printed_is_called_and_registered[ABS] PASSED" in said


def test_a_model_with_it_is_imported(checkout: Path) -> None:
    run(checkout, "-c", IMPORT)
    (generated,) = checkout.glob("build/*/generated")
    assert "the magnitudes of" in (generated / "plumbline_compiled.c").read_text()
    assert "AddAbs" in (generated / "plumbline_resolver.h").read_text()


def test_it_stands_among_the_others(checkout: Path) -> None:
    run(checkout, "-m", "ruff", "check", str(OWN))
    run(checkout, "-m", "ruff", "format", "--check", str(OWN))
    run(checkout, "-m", "pytest", "-q", "tests/unit/test_operators.py", "-p", "no:cacheprovider")
    listed = "from plumbline.convert.operators.engines import support_table; print([row.operator for row in support_table()])"
    assert "'ABS'" in run(checkout, "-c", listed)
