"""Recording a word, and what is said when espeak-ng cannot speak it; needs no espeak-ng."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.common.errors import EspeakMissing
from plumbline.common.paths import ROOT
from plumbline.training.spectrogram import SAMPLES
from plumbline.training.spoken import AUDIBLE, PITCHES, SPEEDS, Recording, Utterance, noise, record, speak, utterances

YES = Utterance("yes", "en-us", "m1", 150, 50)
VOICES = 'if [ "$1" = --voices=variant ]; then echo " 5  variant  --/M  male1  !v/m1"; exit; fi\n'


def fake(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """The only command there is: an espeak-ng that does as told."""
    path = folder / "espeak-ng"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")


@given(seed=st.integers(0, 2**32), length=st.integers(1000, 2 * SAMPLES), loud=st.floats(0.001, 1.0))
def test_a_recording_has_its_length_its_peak_and_its_noise(seed: int, length: int, loud: float) -> None:
    generator = np.random.default_rng(seed)
    word = loud * np.sin(np.arange(length) / 7)
    still = Recording(gain_db=(-6.0, -6.0), noise_db=(-300.0, -300.0), stretch=(0.9, 1.1))
    sound = record(word, still, generator)
    assert sound.shape == (SAMPLES,)
    assert np.abs(sound).max() == pytest.approx(10 ** (-6 / 20))
    said = np.flatnonzero(np.abs(sound) > 1e-6)
    assert min(SAMPLES, 0.89 * length) <= said[-1] - said[0] + 10 <= 1.1 * length + 10
    noisy = record(word, Recording((0.0, 0.0), (0.0, 0.0)), generator)
    assert np.mean(noisy**2) > 0.4  # a sine of power 1/2 and as much noise, everywhere


def test_the_same_seed_records_the_same_sound() -> None:
    word, how = np.sin(np.arange(5000) / 7), Recording((-12.0, 0.0), (-30.0, -15.0), (0.8, 1.2))
    first, again, other = (record(word, how, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes() != other.tobytes()


@given(seed=st.integers(0, 2**32))
def test_noise_has_power_one(seed: int) -> None:
    assert np.mean(noise(np.random.default_rng(seed)) ** 2) == pytest.approx(1.0)


def test_everybody_says_everything_once() -> None:
    spoken = utterances(("yes", "no"), ("en-us", "en-gb"), ("m1", "f1", "f2"), np.random.default_rng(1))
    assert len({(each.word, each.accent, each.speaker) for each in spoken}) == len(spoken) == 12
    assert all(SPEEDS[0] <= each.speed <= SPEEDS[1] and PITCHES[0] <= each.pitch <= PITCHES[1] for each in spoken)


def test_silence_around_a_word_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet, loud = int(AUDIBLE * 2**14) - 1, 2**14
    samples = np.array([0, quiet, loud, 0, -loud, quiet, 0], "<i2")
    (tmp_path / "yes.wav").write_bytes(bytes(44) + samples.tobytes())
    fake(tmp_path, monkeypatch, f"{VOICES}cat {tmp_path}/yes.wav")
    assert [sound.tolist() for sound in speak([YES])] == [[0.5, 0.0, -0.5]]


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo none", "has no voice variant m1"),
        (f"{VOICES}echo no such voice >&2; exit 1", "--stdout yes failed: no such voice"),
        (f"{VOICES}exit 3", "failed: exit code 3"),
        (f"{VOICES}head -c 100 /dev/zero", "says nothing for 'yes' with the voice en-us\\+m1"),
        (f"{VOICES}head -c 44 /dev/zero", "says nothing for 'yes'"),
    ],
)
def test_an_espeak_that_cannot_is_named(script: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, monkeypatch, script)
    with pytest.raises(EspeakMissing, match=message) as caught:
        speak([YES])
    assert caught.value.hint.endswith("sudo apt-get install --no-install-recommends espeak-ng")


def test_without_espeak_the_line_to_type_is_said(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "plumbline", "train", "speech", "--only"], cwd=ROOT, capture_output=True, text=True, env={"PATH": str(tmp_path)}
    )
    assert ended.returncode == EspeakMissing.exit_code
    assert "Traceback" not in ended.stderr
    assert ended.stderr.splitlines()[-2:] == [
        "error: espeak-ng is not installed, and this recipe learns from words that it speaks.",
        "hint:  sudo apt-get install --no-install-recommends espeak-ng",
    ]
