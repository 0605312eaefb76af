"""`plumbline export` of a person's own files: what their C is called, and what the README tells them to type."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from plumbline.common.paths import ROOT
from tests.support import compiled_c
from tests.support.random_network import random_network

pytestmark = pytest.mark.slow

PLACE = "my models"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two models of one name."""
    folder = tmp_path_factory.mktemp("export")
    for number, place in enumerate((PLACE, "others")):
        (folder / place).mkdir()
        (folder / place / "kw.tflite").write_bytes(random_network(np.random.default_rng(80 + number), reshaped_ends=False))
    return folder


def export(here: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "plumbline", "export", *words]
    return subprocess.run(command, cwd=here, capture_output=True, text=True, timeout=300, env={**os.environ, "PYTHONPATH": str(ROOT)})


def test_the_c_is_called_as_the_file_wherever_it_lies(here: Path) -> None:
    for number, place in enumerate((PLACE, "others")):
        done = export(here, f"{place}/kw.tflite", "--output", f"out{number}", "--json")
        assert done.returncode == 0, done.stderr
        assert list(json.loads(done.stdout)["models"]) == ["kw"]
        assert {"kw.h", "kw.c", "kw_test.c", "README.md"} < {path.name for path in (here / f"out{number}").iterdir()}


@pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")
def test_the_call_in_the_readme_compiles(here: Path) -> None:
    done = export(here, f"{PLACE}/kw.tflite", "--name", "keyword", "--output", "read", "--quiet")
    assert done.returncode == 0, done.stderr
    call, prototype = re.findall(r"^```c\n(.*?)^```", (here / "read" / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert len(call.splitlines()) <= 20
    assert "int keyword_test(" in prototype
    (here / "read" / "call.c").write_text(call)
    command = [str(compiled_c.compiler()), *compiled_c.WARNINGS, "-fsyntax-only", "call.c", "keyword.c", "keyword_test.c"]
    subprocess.run(command, cwd=here / "read", check=True, timeout=300)


def test_two_of_one_name_do_not_make_one_package(here: Path) -> None:
    done = export(here, f"{PLACE}/kw.tflite", "others/kw.tflite", "--output", "both")
    assert done.returncode == 2
    assert "Two models would be called kw." in done.stderr
    assert not (here / "both").exists()


def test_the_harness_says_how_its_model_is_verified(here: Path) -> None:
    done = export(here, f"{PLACE}/kw.tflite", "--format", "harness", "--output", "harness", "--quiet")
    assert done.returncode == 0, done.stderr
    assert f"    plumbline verify '{PLACE}/kw.tflite' --engine external --port " in (here / "harness" / "README.md").read_text()
