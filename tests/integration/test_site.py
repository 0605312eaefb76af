"""The site of the pages builds without a warning."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.common.paths import ROOT

pytestmark = pytest.mark.slow
NEEDS = ("sphinx", "myst_parser", "furo")


@pytest.mark.skipif(not all(map(importlib.util.find_spec, NEEDS)), reason="the generator of the site is not installed: pip install '.[docs]'")
def test_the_site_builds_strictly(tmp_path: Path) -> None:
    words = ["-W", "--keep-going", "-q", "-b", "html", "-c", "docs", ".", str(tmp_path / "site"), "-d", str(tmp_path / "doctrees")]
    ended = subprocess.run([sys.executable, "-m", "sphinx", *words], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    page = (tmp_path / "site" / "docs" / "reference" / "exit-codes.html").read_text()
    assert "VerdictFailed" in page
    assert "<!-- table" not in page
