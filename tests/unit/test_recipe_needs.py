"""What a recipe needs of the system is read out of its file, without running it and without any installed package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.common.errors import BadRecipe
from plumbline.common.paths import ROOT, recipe_names
from plumbline.common.recipe_needs import declared_needs, needs_of, needs_of_all


def test_spoken_words_need_espeak_and_the_others_nothing() -> None:
    found = {name: needs_of(name) for name in recipe_names() if needs_of(name)}
    assert found == {name: {"espeak-ng": "espeak-ng"} for name in ("speech", "wakeword")}
    assert needs_of_all() == {"espeak-ng": "espeak-ng"}
    assert needs_of("no_such") == needs_of("") == {}


def test_nothing_but_the_standard_library_is_asked() -> None:
    program = "import sys; from plumbline.common.recipe_needs import needs_of_all; print(needs_of_all(), 'numpy' in sys.modules)"
    ended = subprocess.run([sys.executable, "-S", "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (ended.stdout, ended.stderr) == ("{'espeak-ng': 'espeak-ng'} False\n", "")


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("", {}),
        ("1 / 0\nSYSTEM_NEEDS = {'sox': 'sox'}\n", {"sox": "sox"}),
        ("SYSTEM_NEEDS = {}\nSYSTEM_NEEDS = {'a': 'b', 'c': 'd'}\n", {"a": "b", "c": "d"}),
        ("def f():\n    SYSTEM_NEEDS = {'sox': 'sox'}\n", {}),
        ("this is no Python", {}),
    ],
    ids=["none", "not run", "several", "not at the top", "no Python"],
)
def test_the_file_is_read_and_not_run(text: str, needs: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text(text)
    assert declared_needs(path) == needs


@pytest.mark.parametrize("value", ["['sox']", "{'sox': 1}", "dict(sox='sox')", "PACKAGES", "{'sox': ''}"])
def test_what_is_no_literal_of_that_form_is_refused(value: str, tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text(f"SYSTEM_NEEDS = {value}\n")
    with pytest.raises(BadRecipe, match="SYSTEM_NEEDS is read without running the file") as caught:
        declared_needs(path)
    assert "SYSTEM_NEEDS = {" in caught.value.hint
