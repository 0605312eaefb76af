"""`.venv/bin/plumbline` is the command of the checkout it stands in, typed from any folder."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from plumbline.common.paths import ROOT
from tools.bootstrap import COMMAND, VENV


@pytest.mark.parametrize("named", ["{checkout}/.venv/bin/plumbline", "plumbline"])
def test_the_command_of_a_checkout_works_in_any_folder(named: str, tmp_path: Path) -> None:
    checkout = tmp_path / "a long way" / "to it"
    checkout.mkdir(parents=True)
    for part in ("plumbline", "tools", "firmware"):
        (checkout / part).symlink_to(ROOT / part)
    (checkout / ".venv" / "bin").mkdir(parents=True)
    for part in ("pyvenv.cfg", "lib", "bin/python"):
        (checkout / ".venv" / part).symlink_to(VENV / part)
    (checkout / COMMAND.relative_to(ROOT)).symlink_to("../../tools/plumbline")
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "json.py").write_text("raise SystemExit('not this one')")
    path = f"{checkout}/.venv/bin:{os.environ['PATH']}"
    done = subprocess.run([named.format(checkout=checkout), "veryfy"], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True)
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "error: There is no command 'veryfy'. Did you mean verify?")
