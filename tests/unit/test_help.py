"""`make help` fits a terminal of 80 columns, leaves nothing out, and needs no package: it runs before anything is set up."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys

from plumbline.common.boards import boards, environments
from plumbline.common.paths import ROOT
from tools import help

MAKEFILE = (ROOT / "Makefile").read_text()
LINES = list(help.lines())
NAMED = {words[1] if words[0] == "make" else words[0] for words in (line.split() for line in LINES if re.match("  [^ ]", line))}


def test_it_is_no_wider_than_80_columns() -> None:
    assert max(map(len, LINES)) < 80


def test_every_target_stands_in_one_of_the_groups() -> None:
    phony = re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)[0].split()
    assert {"setup-test", "setup-torture"} == {name for name in phony if name not in NAMED}
    assert re.findall(r"^##@ (.+)$", MAKEFILE, re.MULTILINE) == ["Use", "Look", "Check", "Develop"] == [LINES[0], *after_blank(LINES)][:4]
    assert MAKEFILE.index("##@ Use") < min(MAKEFILE.index(f"\n{name}:") for name in phony)


def after_blank(lines: list[str]) -> list[str]:
    return [line for before, line in itertools.pairwise(lines) if not before]


def test_every_variable_recipe_and_environment_is_named() -> None:
    given = re.findall(r"^GIVEN := (.+)$", MAKEFILE, re.MULTILINE)[0].split()
    assert {name.partition("=")[0] for name in help.VARIABLES} == set(given) - {"CI"}
    recipes = {path.stem for path in (ROOT / "training" / "recipes").glob("[a-z]*.py")}
    assert recipes | set(boards()) <= NAMED
    text = " ".join(LINES)
    assert [name for name in environments() if not re.search(rf"\b{name}\b", text)] == []


def test_a_python_without_packages_prints_it() -> None:
    ended = subprocess.run([sys.executable, "-S", "-m", "tools.run", "help"], cwd=ROOT, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines() == LINES
