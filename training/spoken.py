"""Words spoken by espeak-ng and recorded in noise, as sounds of equal length: the same ones, bit for bit, whenever they are asked for."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbline.common import system
from plumbline.common.errors import EspeakMissing
from plumbline.common.progress import task
from plumbline.training.spectrogram import SAMPLES

PROGRAM = "espeak-ng"
INSTALL = system.install("espeak-ng", "espeak-ng")
HEADER = 44
"""Bytes before the samples of a WAV file. What they say of the length is not true of a stream, and the rate is always `spectrogram.RATE`."""
AUDIBLE = 0.02
"""Share of its peak below which the ends of a word count as silence."""
SPEEDS, PITCHES = (130, 180), (35, 65)
"""Words per minute, and espeak-ng's pitch from 0 to 99 with 50 as the speaker's own: what people vary without being asked to."""

Sound = NDArray[np.float64]
"""Samples in [-1, 1], `spectrogram.RATE` of them a second."""


@dataclass(frozen=True)
class Utterance:
    """One word as it is spoken once."""

    word: str
    accent: str
    """A voice of espeak-ng, which knows how words are pronounced: "en-gb-scotland"."""
    speaker: str
    """A variant of espeak-ng, who can speak every accent: "f2"."""
    speed: int
    pitch: int


@dataclass(frozen=True)
class Recording:
    """What happens between mouth and model; every utterance draws its own values, evenly between the two ends."""

    gain_db: tuple[float, float]
    """Peak of the word against full scale."""
    noise_db: tuple[float, float]
    """Power of the noise against the word's."""
    stretch: tuple[float, float] = (1.0, 1.0)
    """Factor on the word's length. Like a tape at another speed it moves all tones with it, as a larger or smaller head would."""


def utterances(words: Sequence[str], accents: Sequence[str], speakers: Sequence[str], generator: np.random.Generator) -> list[Utterance]:
    """Every word from every speaker in every accent, each at a speed and a pitch of its own."""
    everything = [(word, accent, speaker) for accent in accents for speaker in speakers for word in words]
    speeds, pitches = (generator.integers(*ends, len(everything), endpoint=True).tolist() for ends in (SPEEDS, PITCHES))
    return [Utterance(*each, speed, pitch) for each, speed, pitch in zip(everything, speeds, pitches, strict=True)]


def speak(spoken: Sequence[Utterance]) -> list[Sound]:
    """Each utterance without the silence around it.

    Raises:
        EspeakMissing: there is no espeak-ng, or it lacks a voice.
    """
    check_speakers({each.speaker for each in spoken})
    with task("Speaking", len(spoken)) as advance, ThreadPoolExecutor(os.cpu_count()) as pool:  # a thread waits for a process of its own
        sounds = []
        for sound in pool.map(speak_one, spoken):
            sounds.append(sound)
            advance(1)
        return sounds


def check_speakers(speakers: Iterable[str]) -> None:
    """Raises EspeakMissing where espeak-ng lacks a speaker: it would say nothing and let its standard one speak, in both splits."""
    listed = {word.removeprefix("!v/") for word in espeak("--voices=variant").decode(errors="replace").split() if word.startswith("!v/")}
    if missing := sorted(set(speakers) - listed):
        raise EspeakMissing(f"{PROGRAM} has no voice variant {', '.join(missing)}.", f"Install version 1.51 or later: {INSTALL}")


def speak_one(utterance: Utterance) -> Sound:
    voice = f"{utterance.accent}+{utterance.speaker}"
    raw = espeak("-v", voice, "-s", str(utterance.speed), "-p", str(utterance.pitch), "--stdout", utterance.word)
    samples = np.frombuffer(raw[HEADER:], "<i2") / 2.0**15
    audible = np.flatnonzero(np.abs(samples) > AUDIBLE * np.abs(samples).max(initial=0.0))
    if len(audible) == 0:
        raise EspeakMissing(f"{PROGRAM} says nothing for {utterance.word!r} with the voice {voice}.", f"Install it anew: {INSTALL}")
    return np.asarray(samples[audible[0] : audible[-1] + 1])


def espeak(*arguments: str) -> bytes:
    """What espeak-ng writes to its standard output."""
    try:
        return subprocess.run([PROGRAM, *arguments], capture_output=True, check=True).stdout
    except FileNotFoundError:
        raise EspeakMissing(f"{PROGRAM} is not installed, and this recipe learns from words that it speaks.", INSTALL) from None
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.decode(errors="replace").strip().splitlines() or [f"exit code {error.returncode}"])[-1]
        raise EspeakMissing(f"{PROGRAM} {' '.join(arguments)} failed: {reason}", f"Install it anew: {INSTALL}") from None


def record(word: Sound, how: Recording, generator: np.random.Generator) -> Sound:
    """A word somewhere in the middle half of the time that remains around it, with noise.

    Returns:
        (SAMPLES,). What exceeds full scale stays: a model that listens to samples as floats does not clip either.
    """
    factor = generator.uniform(*how.stretch)
    stretched = np.interp(np.arange(int(len(word) * factor)) / factor, np.arange(len(word)), word)[:SAMPLES]
    stretched *= 10 ** (generator.uniform(*how.gain_db) / 20) / np.abs(stretched).max()
    spare = SAMPLES - len(stretched)
    start = int(generator.integers(spare // 4, spare - spare // 4, endpoint=True))
    level = float(np.sqrt(np.mean(stretched**2))) * 10 ** (generator.uniform(*how.noise_db) / 20)
    sound = level * noise(generator)
    sound[start : start + len(stretched)] += stretched
    return sound


def noise(generator: np.random.Generator) -> Sound:
    """(SAMPLES,) of mean power 1, anything from a white hiss to a brown rumble: its amplitude falls with the frequency to a power from 0 to 1."""
    white = np.fft.rfft(generator.standard_normal(SAMPLES))
    fall = np.maximum(1, np.arange(len(white))) ** -generator.uniform(0.0, 1.0)
    coloured = np.fft.irfft(white * fall, SAMPLES)
    return np.asarray(coloured / np.sqrt(np.mean(coloured**2)))
