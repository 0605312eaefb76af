"""Exported C is as clang-format writes it, and deviates from MISRA C:2012 only where the page says so."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.exported import CLANG_FORMAT, OPERATORS, exported, written

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "misra.md"
RULE = re.compile(r"\[misra-c2012-(\d+\.\d+)\]$", re.MULTILINE)
COLUMNS = 150
"""As .clang-format has it."""
SHOWN = ("network", "unidi0")
"""Models that the slow addon reads: convolutions of both kinds, pooling, a dense layer and softmax; and an LSTM."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exported C of many models."""
    result = tmp_path_factory.mktemp("sources")
    written(result, exported(tmp_path_factory.mktemp("converted")))
    (result / "together.c").unlink()
    return result


def outside_tables(text: str) -> list[str]:
    """The lines that clang-format may change, comments left out."""
    lines = re.sub(r"// clang-format off.*?// clang-format on", "", text, flags=re.DOTALL).split("\n")
    return [line for line in lines if not line.lstrip().startswith("//")]


def test_clang_format_changes_nothing(folder: Path) -> None:
    """Of files whose lines fit: those with a call whose layer has a long name need not."""
    fitting = [each for each in sorted(folder.glob("*.[ch]")) if max(map(len, outside_tables(each.read_text()))) <= COLUMNS]
    assert len(fitting) >= 2 * len(OPERATORS)
    command = [*CLANG_FORMAT, "--dry-run", "-Werror"]
    done = subprocess.run([*command, *fitting], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    spoiled = folder.parent / "spoiled.c"
    spoiled.write_text("void spoiled(void)\n{\n  return;\n}\n")
    assert subprocess.run([*command, spoiled], capture_output=True).returncode != 0


def test_the_page_lists_every_rule_that_is_not_followed(folder: Path) -> None:
    if shutil.which("cppcheck") is None:
        pytest.skip("needs cppcheck")
    listed = set(re.findall(r"\d+\.\d+", " ".join(re.findall(r"^\| ([\d., ]+) \|", PAGE.read_text(), re.MULTILINE))))
    command = ["cppcheck", "--addon=misra", "--enable=style", "-q", "--std=c99", "-DONE_CONFIGURATION=1"]
    done = subprocess.run([*command, *(folder / f"{name}.c" for name in SHOWN)], check=True, capture_output=True, text=True, cwd=folder)
    found = set(RULE.findall(done.stderr))
    assert {"18.4", "19.2"} <= found  # the addon has read them
    assert found <= listed
