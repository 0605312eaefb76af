"""`speech` from espeak-ng to the virtual board: unheard speakers, every one of their words bit for bit, and the accuracy that is demanded."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from plumbline.commands import summary
from plumbline.common import documents
from plumbline.convert.codegen.emit import compile_one
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.operators.macs import multiply_accumulates
from plumbline.host.reports import html_report, report_writer
from plumbline.host.verdict.verdict import Verdict
from plumbline.host.verdict.verdict_file import Judged, if_any
from plumbline.training.recipes import speech as recipe
from plumbline.training.recipes.speech import ACCENTS, HEARD, TAPES, UNHEARD, WORDS
from plumbline.training.spoken import PROGRAM, Utterance, speak
from tests.support.stages import built, verified

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which(PROGRAM) is None, reason=f"{PROGRAM} is not installed; `make setup RECIPE=speech` brings it"),
]


@pytest.fixture(scope="session")
def speech(tools: None, tensorflow: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """build/speech: trained, converted and built for the virtual board."""
    return built(tmp_path_factory.mktemp("build"), "speech")


@pytest.fixture(scope="session")
def verdict(speech: Path) -> Verdict:
    return verified(speech)


def test_every_word_is_exact_and_most_are_understood(verdict: Verdict) -> None:
    assert verdict.failures == ()
    heard = len(UNHEARD) * len(ACCENTS) * len(WORDS)
    assert sum(not each.chosen for each in verdict.comparisons) == heard
    assert verdict.exact == len(verdict.comparisons) > heard
    (metric,) = verdict.metrics
    assert metric.float_value is not None
    assert metric.float_value >= 0.9
    assert metric.board_value == metric.int8_value >= metric.float_value - 0.02
    assert [sum(row) for row in metric.confusion] == [len(UNHEARD) * len(ACCENTS)] * len(WORDS)


def test_the_reports_name_the_words(verdict: Verdict, speech: Path) -> None:
    assert documents.to_json(documents.conform(json.loads(report_writer.to_json(verdict)), Judged)) == report_writer.to_json(verdict)
    html = html_report.to_html(verdict)
    assert all(f'<th scope="col">{word}</th>' in html and f'<th scope="row">{word}</th>' in html for word in WORDS)
    assert html.count('class="picture"') == len(verdict.metrics[0].disagreements) > 0
    exact = f"{verdict.exact}/{len(verdict.comparisons)}"
    assert summary.row("speech", if_any(speech / "verdict.json"))[:4] == ("[green]PASS[/]", "speech", exact, "accuracy")


def test_batch_normalization_folds_and_every_layer_runs_on_the_dsp(speech: Path) -> None:
    graph = read((speech / "model.tflite").read_bytes())
    assert [each.name for each in graph.operators] == ["CONV_2D", *["DEPTHWISE_CONV_2D", "CONV_2D"] * 3, "MEAN", "FULLY_CONNECTED", "SOFTMAX"]
    steps = [compile_one(each, "layer_x") for each in graph.operators if multiply_accumulates(each)]
    assert [step.template for step in steps if not str(step.template).endswith("_fast.c.j2")] == []
    assert len(steps) == 8


def test_no_speaker_is_in_both_splits() -> None:
    assert set(HEARD).isdisjoint(UNHEARD)


def test_every_speaker_has_a_voice_of_its_own() -> None:
    """Not the same synthesizer under two names: at one speed and pitch no two say a word alike."""
    sounds = speak([Utterance("yes", "en-us", speaker, speed=150, pitch=50) for speaker in (*HEARD, *UNHEARD)])
    assert len({sound.tobytes() for sound in sounds}) == len(HEARD) + len(UNHEARD)


def test_two_syntheses_are_the_same_bit_for_bit() -> None:
    first, again, other = (recipe.split(UNHEARD[:1], TAPES, recordings=2, seed=seed) for seed in (5, 5, 6))
    assert first.inputs.tobytes() == again.inputs.tobytes() != other.inputs.tobytes()
    assert first.targets.tobytes() == again.targets.tobytes()
