"""A board of one's own is one description: the one in docs/how-to/own-board.md is listed, built, verified, and refuses what it cannot hold."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.common.errors import DoesNotFit
from plumbline.common.paths import ROOT
from tests.support import pages
from tests.support.makes import CORE, PARTS, outside_make
from tests.support.tflite_writer import TensorSpec, write_graph
from tests.support.write_operators import binary

pytestmark = pytest.mark.slow

PAGE = "docs/how-to/own-board.md"
NAME = "virtual_small"
TITLE = "virtual Cortex-M4F with 32 kB of flash"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with the page's board in it, and nothing else that is new."""
    folder = tmp_path_factory.mktemp("checkout")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, folder / part)
    (folder / "firmware" / "boards" / f"{NAME}.ini").write_text(pages.code(PAGE, "ini"))
    return folder


def host(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    variables = {**outside_make(), "PLATFORMIO_CORE_DIR": str(checkout / CORE)}
    variables.pop("PLUMBLINE_CONFIG", None)
    return subprocess.run([sys.executable, "-m", "plumbline", *words], cwd=checkout, env=variables, capture_output=True, text=True)


def test_its_board_is_built_and_verified(checkout: Path, linear: Path) -> None:
    shutil.copytree(linear, checkout / "build" / "linear", ignore=shutil.ignore_patterns("pio"))
    built = host(checkout, "build", "linear", "--env", NAME, "--only")
    assert built.returncode == 0, built.stderr
    facts = json.loads((checkout / "build" / "linear" / "pio" / NAME / "firmware.json").read_text())
    assert (facts["flash_limit"], facts["ram_limit"], facts["engine"]) == (32768, 8192, "compiled")
    assert "board_build.watchdog_s = 5" in facts["settings"]["options"]
    verified = host(checkout, "verify", "linear", "--env", NAME, "--quiet", "--only")
    assert verified.returncode == 0, verified.stderr
    assert verified.stdout.startswith(f"PASS linear on {TITLE} (compiled)")


def test_a_model_that_it_cannot_hold_is_refused(checkout: Path) -> None:
    """ADD runs in place: one image of 100 x 100 is all the memory that the model needs."""
    ends = [TensorSpec(name, (1, 100, 100, 1), (scale,), (0,)) for name, scale in (("input", 0.1), ("net/out", 0.2))]
    (checkout / "large.tflite").write_bytes(write_graph(ends, [binary("ADD", (0, 0), 1, "NONE")], 0, 1))
    missing = f"the board {NAME} has 8,192 bytes of RAM: 1,808 are missing"
    refused = host(checkout, "convert", "large.tflite", "--board", NAME)
    assert (refused.returncode, missing in refused.stderr) == (DoesNotFit.exit_code, True)
    assert host(checkout, "convert", "large.tflite").returncode == 0
    refused = host(checkout, "build", "large.tflite", "--env", NAME)
    assert (refused.returncode, missing in refused.stderr) == (DoesNotFit.exit_code, True)
    assert host(checkout, "build", "large.tflite", "--env", "virtual").returncode == 0


def test_its_board_is_listed(checkout: Path) -> None:
    shown = host(checkout, "boards").stdout
    assert re.search(rf"^ *{NAME} +{re.escape(TITLE)} +Cortex-M4F +25 +32,768 +8,192", shown, re.MULTILINE)
    assert re.search(rf"^ *{NAME} +{NAME} +compiled +5 s +not tried", shown, re.MULTILINE)
    (listed,) = (each for each in json.loads(host(checkout, "boards", "--json").stdout) if each["name"] == NAME)
    assert (listed["board"]["flash"], listed["watchdog_s"]) == (32768, 5)
