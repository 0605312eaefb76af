"""`plumbline descent` tells the lesson in numbers, with a start and a rate of one's own, and refuses what makes no sense."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from plumbline.common.paths import ROOT
from plumbline.learn import descent_text
from plumbline.learn.bowl import bowl
from plumbline.learn.descent import descend, rates
from plumbline.learn.trial import GUESS, TRIALS, Trial, run
from plumbline.training.recipes.linear import RECIPE

X, Y = RECIPE.data().inputs.ravel(), np.asarray(RECIPE.data().targets.ravel(), np.float32)


def say(*words: str, encoding: str = "utf-8") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "plumbline", "descent", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONIOENCODING": encoding}, timeout=300)


def test_it_shows_the_steps_of_descent_by_hand(tmp_path: Path) -> None:
    ended = say("--w", "-3", "--b", "2.5", "--rate", "0.12", "--epochs", "70", "--schedule", "halving", "--half-life", "30", "--build", str(tmp_path))
    assert (ended.returncode, ended.stderr) == (0, "")
    way = descend(X, Y, -3, 2.5, rates("halving", 0.12, 70, 30))
    for step in (0, 1, 2, 5, 10, 20, 50, 70):
        assert re.search(rf"^ +{step} +{way.w[step]!s} +{way.b[step]!s} +{way.loss[step]!s}$", ended.stdout, re.MULTILINE), step
    assert f"{bowl(X, Y).largest_stable_rate:.5g}" in ended.stdout
    for trial in TRIALS:
        outcome = run(X, Y, trial)
        assert re.search(rf"^  {trial.name} +{trial.rate:g} .* {outcome.reached or 'never'} +{outcome.outcome}$", ended.stdout, re.MULTILINE)
    assert "Keras:" not in ended.stdout  # nothing was trained in that folder
    assert max(map(len, ended.stdout.splitlines())) <= 110


@pytest.mark.parametrize("rate", ["0.2", "3"])
def test_a_rate_that_diverges_ends_without_a_warning(rate: str, tmp_path: Path) -> None:
    ended = say("--rate", rate, "--w", "1000", "--b", "-1000", "--build", str(tmp_path), encoding="ascii")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "It diverges; a loss of 0.0001 is not reached." in ended.stdout


@pytest.mark.slow
def test_keras_stands_beside_it_where_it_was_trained(linear: Path) -> None:
    ended = say("--build", str(linear.parent))
    assert ended.returncode == 0
    assert ended.stdout.count("the same bits") == 7
    assert "differ" not in ended.stdout


def test_a_damaged_training_is_said(tmp_path: Path) -> None:
    (tmp_path / "linear").mkdir()
    (tmp_path / "linear" / "training.json").write_text("{}")
    ended = say("--build", str(tmp_path))
    assert ended.returncode == 23
    assert ended.stderr.startswith("error: ")
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("words", [("--rate", "0"), ("--rate", "nan"), ("--epochs", "0"), ("--w", "1e9"), ("--schedule", "zigzag"), ("--b", "x")])
def test_what_makes_no_sense_ends_in_2(words: tuple[str, str]) -> None:
    ended = say(*words)
    assert ended.returncode == 2
    assert ended.stderr.startswith("error: ")
    assert "plumbline descent --help" in ended.stderr


def test_the_map_has_the_way_on_it() -> None:
    lines = list(descent_text.bowl_map(run(X, Y, Trial("", 0.1), GUESS, 100), bowl(X, Y)))
    assert len(lines) == descent_text.MAP_HEIGHT + 1
    text = "\n".join(lines)
    assert text.count("X") == 1
    assert {"0", "1", "o"} <= set(re.sub(r"^.*\|", "", text, flags=re.MULTILINE))


def test_bars_rise_with_the_loss_whatever_it_is() -> None:
    assert descent_text.bars(np.array([1e-20, 1e-4, 1e6, np.inf, np.nan])) == "▁▅███"
