"""The measure of chosen inputs: mutants of a model's C that they tell from it, against many inputs of any kind."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from plumbline.common.paths import ROOT
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.import_model import codes_for
from plumbline.convert.importers.flatbuffer.reader import read
from tests.faults import networks, tell_apart
from tests.faults.result import Finding, timed
from tests.faults.tell_apart import Mutant, Trial

needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")
GRAPH = read(networks.images(4))


@needs_gcc
@pytest.mark.slow
def test_inputs_that_say_nothing_miss_mutants_that_the_chosen_tell(tmp_path: Path) -> None:
    """All real 0 alone against what a verification asks."""
    silent = np.full((1, GRAPH.input.elements), GRAPH.input.quantized.zero_point, np.int8)
    poor = tell_apart.run("poor", GRAPH, silent, 12, 3, tmp_path / "poor")
    good = tell_apart.run("good", GRAPH, codes_for(GRAPH, None)[0], 12, 3, tmp_path / "good")
    assert [str(each) for each in poor.mutants] == [str(each) for each in good.mutants]
    assert poor.by_any == good.by_any > 3
    assert poor.missed
    assert good.missed == []
    assert (poor.asked, poor.distinct) == (1, 1)
    assert good.distinct > 12
    assert list((tmp_path / "good").glob("m*")) == []


@needs_gcc
@pytest.mark.slow
@pytest.mark.parametrize("name", ["two_outputs", "sixteen_by_eight", "with_state"])
def test_mutants_of_every_kind_of_model_are_told(name: str, tmp_path: Path) -> None:
    """Several inputs and outputs of several types, int16 codes, and a state, whose sequences count."""
    graph = read(networks.NETWORKS[name]())
    codes, own = codes_for(graph, None)
    trial = tell_apart.run(name, graph, codes, 40, 5, tmp_path, own.starts)
    assert trial.by_any >= 20
    missed = [str(each) for each in trial.missed]
    assert len(missed) <= max(1, (1 - tell_apart.WANTED) * trial.by_any), missed  # of so few a single one is more than 2 %


@needs_gcc
def test_a_model_whose_c_answers_otherwise_is_no_measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = compile_graph

    def broken(*arguments: object) -> object:
        found = compiled(*arguments)  # type: ignore[arg-type]
        object.__setattr__(found, "source", re.sub(r"(_conv_bias\[6\] = \{\s*-?)", r"\g<1>9", found.source))
        return found

    monkeypatch.setattr("tests.faults.tell_apart.compile_graph", broken)
    with pytest.raises(AssertionError, match="does not answer as the integer model"):
        tell_apart.run("broken", GRAPH, codes_for(GRAPH, None)[0][:4], 1, 3, tmp_path)


def test_a_trial_says_what_was_told_and_where_the_model_hides_changes() -> None:
    fates = [(True, True)] * 3 + [(False, True), (True, False)] + [(False, False)] * 5
    trial = Trial("net", 9, 5, 23, tuple(Mutant("bias", f"number {at}", *told) for at, told in enumerate(fates)))
    assert (trial.by_chosen, trial.by_any, trial.by_both) == (4, 4, 3)
    assert [str(each) for each in trial.missed] == ["bias, number 3"]
    assert str(trial) == (
        "9 chosen give 5 answers and tell 4 of 10 mutants; 500 of any kind give 23 and tell 4; 75 % of those, few: the model hides most changes"
    )


@pytest.mark.parametrize(("caught", "good"), [(50, True), (49, True), (48, False)])
def test_98_of_100_are_enough(caught: int, good: bool) -> None:
    result = timed("inputs", "x", lambda: Finding(50, caught, wanted=tell_apart.WANTED))
    assert (result.good, result.missed) == (good, not good)
    assert not timed("inputs", "none told", lambda: Finding(0, 0, wanted=tell_apart.WANTED)).good


@needs_gcc
@pytest.mark.slow
def test_a_folder_of_models_needs_no_firmware_and_says_which_cannot_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "twelve.tflite").write_bytes(networks.NETWORKS["twelve_numbers"]())
    (folder / "broken.tflite").write_bytes(b"no model at all")
    words = [sys.executable, "-m", "tests.faults", "--short", "--only", "inputs", "--models", str(folder), "--build", str(tmp_path / "build")]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    assert "not run inputs: broken" in ended.stderr
    assert "caught  inputs: chosen ones of twelve" in ended.stderr
    assert (tmp_path / "build" / "torture" / "inputs.txt").read_text() == ""
