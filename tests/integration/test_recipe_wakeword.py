"""`wakeword` from espeak-ng to the virtual board: a streaming model, asked word by word behind resets; every step exact, the word heard."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from plumbline.common.golden_data import FILE, References
from plumbline.common.manifest import Manifest
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.references import reference_interpreter
from plumbline.host.verdict.verdict import Verdict
from plumbline.training.recipes import wakeword as recipe
from plumbline.training.recipes.speech import UNHEARD
from plumbline.training.recipes.wakeword import ACCENTS, FEW, OTHERS, STEP
from plumbline.training.spectrogram import FRAMES
from plumbline.training.spoken import PROGRAM
from tests.support.stages import built, verified

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which(PROGRAM) is None, reason=f"{PROGRAM} is not installed; `make setup RECIPE=wakeword` brings it"),
]
MEANT, OTHER = len(UNHEARD) * len(ACCENTS), len(UNHEARD) * len(FEW) * len(OTHERS)
"""Utterances of the test split: of the word, and of the others."""
EACH = FRAMES // STEP
"""Inferences of an utterance."""


@pytest.fixture(scope="module")
def wakeword(tools: None, tensorflow: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """build/wakeword: trained, converted and built for the virtual board."""
    return built(tmp_path_factory.mktemp("build"), "wakeword")


@pytest.fixture(scope="module")
def verdict(wakeword: Path) -> Verdict:
    return verified(wakeword)


@pytest.fixture(scope="module")
def references(wakeword: Path) -> References:
    return References.load(wakeword / FILE, Manifest.load(wakeword / "generated" / "manifest.json"))


def test_every_step_is_exact_and_the_word_is_heard(verdict: Verdict) -> None:
    assert verdict.failures == ()
    assert verdict.exact == len(verdict.comparisons) > (MEANT + OTHER) * EACH
    assert sum(not each.chosen for each in verdict.comparisons) == (MEANT + OTHER) * EACH
    (metric,) = verdict.metrics
    assert metric.float_value is not None
    assert metric.float_value >= 0.9
    assert metric.board_value == metric.int8_value >= metric.float_value - 0.02
    assert [sum(row) for row in metric.confusion] == [OTHER, MEANT]


def test_each_utterance_is_a_sequence_and_its_last_step_is_judged(references: References) -> None:
    assert references.starts is not None
    assert references.data is not None
    spoken = references.starts[~references.chosen]
    np.testing.assert_array_equal(np.flatnonzero(spoken), np.arange(MEANT + OTHER) * EACH)
    np.testing.assert_array_equal(references.data.rows, np.arange(1, MEANT + OTHER + 1) * EACH - 1)
    np.testing.assert_array_equal(references.data.targets[0], recipe.test().targets)
    assert references.starts[references.chosen].sum() > 3  # and the chosen rows have resets of their own


def test_a_listener_needs_no_resets(wakeword: Path, references: References) -> None:
    """The rings hold one window and no more: what was said before it is forgotten, on integers as well."""
    graph, spoken = read((wakeword / "model.tflite").read_bytes()), ~references.chosen
    codes, last = references.codes[spoken], np.arange(EACH - 1, int(spoken.sum()), EACH)
    running = reference_interpreter.run(graph, codes)
    expected = references.expected[spoken]
    np.testing.assert_array_equal(running[last], expected[last])
    assert (running != expected).any()  # on the way there they differ


def test_what_lasts_are_four_rings_of_int8(wakeword: Path) -> None:
    graph = read((wakeword / "model.tflite").read_bytes())
    assert sorted(each.shape[1] for each in graph.variables) == sorted([STEP, 2, 2, 4])
    assert {each.type for each in graph.variables} == {"INT8"}
