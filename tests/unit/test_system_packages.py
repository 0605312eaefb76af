"""The table of the system's packages: how a probe is looked for, and that a person can read what CI installs."""

from __future__ import annotations

from pathlib import Path

import pytest

from plumbline.common.paths import ROOT
from tools import bootstrap
from tools.system_packages import EXPORTS


def test_a_path_may_leave_a_version_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "apt-get").touch(0o755)
    wanted = {f"{tmp_path}/cc-*": "librust-cc-dev"}
    assert bootstrap.missing_packages(wanted) == ["librust-cc-dev"]
    (tmp_path / "cc-1.0.73").mkdir()
    assert bootstrap.missing_packages(wanted) == []


def test_what_only_ci_installs_for_exports_can_be_typed() -> None:
    """CONTRIBUTING names them in a line to type."""
    (line,) = (line for line in (ROOT / "CONTRIBUTING.md").read_text().splitlines() if "librust-cc-dev" in line)
    assert set(EXPORTS.values()) <= set(line.replace("`", " ").replace(".", " ").split())
