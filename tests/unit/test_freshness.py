"""A stage runs again exactly when what it is made from has changed, or cannot be remembered."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plumbline.pipeline.freshness import Stamp, Unhashable, content, digest, recipe_files
from plumbline.pipeline.target import own_file


def test_a_stage_is_fresh_while_nothing_has_changed(tmp_path: Path) -> None:
    source, result, stamp = tmp_path / "source", tmp_path / "result", tmp_path / "stamp"
    source.write_text("1")
    result.write_text("made")

    def of(*words: str) -> Stamp:
        return Stamp(stamp, digest({"source": source}, words), [result])

    assert not of().fresh
    of().done()
    assert of().fresh
    assert not of("--trust").fresh
    source.touch()
    assert of().fresh
    source.write_text("2")
    assert not of().fresh
    source.write_text("1")
    result.unlink()
    assert not of().fresh
    result.write_text("made")
    of().begin()
    assert not of().fresh


def test_what_cannot_be_remembered_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "huge").touch()
    os.truncate(tmp_path / "huge", 2**40)
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "huge", tmp_path / "fifo", tmp_path / "none", Path("/dev/zero")):
        with pytest.raises(Unhashable):
            content(path)
    assert not Stamp(tmp_path / "stamp", None, []).fresh


def test_a_folder_is_hashed_by_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "a").write_text("1")
    first = content(tmp_path / "model")
    (tmp_path / "model" / "b").write_text("2")
    assert content(tmp_path / "model") != first


def test_what_a_recipe_imports_belongs_to_it(tmp_path: Path) -> None:
    assert list(recipe_files(own_file("weather_unrolled"))) == ["weather.py", "weather_unrolled.py"]
    mine = tmp_path / "mine.py"
    mine.write_text(
        "import numpy as np\nimport sounds\nfrom words import WORDS\nfrom plumbline.training.recipes import linear\nfrom . import nothing\n"
    )
    (tmp_path / "words.py").write_text("import mine\nimport sounds")
    (tmp_path / "sounds.py").write_text("this is no Python")
    (tmp_path / "other.py").touch()
    assert list(recipe_files(mine)) == ["linear.py", "mine.py", "sounds.py", "words.py"]
    assert recipe_files(tmp_path / "none.py") == {}
