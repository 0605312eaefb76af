"""Log-mel spectrograms against the sums they stand for, computed one by one, and against what is known of tones, silence and loudness."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from plumbline.training.spectrogram import BANDS, FLOOR, FRAMES, HIGHEST, HOP, LOWEST, RATE, SAMPLES, WINDOW, band_edges, filters, log_mel, mel


def sine(hertz: float, amplitude: float = 1.0) -> NDArray[np.float64]:
    return np.asarray(amplitude * np.sin(2 * np.pi * hertz * np.arange(SAMPLES) / RATE))


def band_by_the_book(sound: NDArray[np.float64], frame: int, band: int) -> float:
    """One value as its definition says: the Fourier sum of every bin, weighted by the triangle, nothing shared with the module but the edges."""
    low, middle, high = band_edges()[band : band + 3].tolist()
    power = 0.0
    for k in range(WINDOW // 2 + 1):
        hertz = k * RATE / WINDOW
        weight = (hertz - low) / (middle - low) if hertz <= middle else (high - hertz) / (high - middle)
        if weight > 0:
            turned = (
                sound[frame * HOP + n] * (0.5 - 0.5 * math.cos(2 * math.pi * n / (WINDOW - 1))) * cmath.exp(-2j * math.pi * k * n / WINDOW)
                for n in range(WINDOW)
            )
            power += weight * abs(sum(turned)) ** 2
    return math.log10(FLOOR + power)


@pytest.mark.parametrize(("frame", "band"), [(0, 0), (17, 5), (FRAMES - 1, BANDS - 11)])
def test_it_is_the_sum_of_its_definition(frame: int, band: int) -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, SAMPLES)
    assert log_mel(sound)[frame, band] == pytest.approx(band_by_the_book(sound, frame, band), abs=1e-5)


@given(band=st.integers(0, BANDS - 1), amplitude=st.floats(0.01, 1.0))
def test_a_tone_is_loudest_in_the_band_around_it(band: int, amplitude: float) -> None:
    picture = log_mel(sine(band_edges()[band + 1], amplitude))
    assert (picture.argmax(axis=1) == band).all()
    assert picture.max() == pytest.approx(5.0 + 2 * math.log10(amplitude), abs=0.4)  # a low band is narrower than the tone's own width


@given(seed=st.integers(0, 2**32), frames=st.integers(1, FRAMES - 1))
def test_what_is_said_later_is_seen_later(seed: int, frames: int) -> None:
    sound = np.random.default_rng(seed).normal(0, 0.1, SAMPLES)
    later = np.concatenate([np.zeros(frames * HOP), sound[: SAMPLES - frames * HOP]])
    assert np.allclose(log_mel(later)[frames + 1 :], log_mel(sound)[1 : FRAMES - frames], atol=1e-6)


def test_ten_times_as_loud_is_two_more() -> None:
    sound = np.random.default_rng(2).normal(0, 0.1, SAMPLES)
    assert np.allclose(log_mel(10 * sound) - log_mel(sound), 2.0, atol=1e-3)


def test_silence_is_the_floor() -> None:
    picture = log_mel(np.zeros(SAMPLES))
    assert picture.tobytes() == np.full((FRAMES, BANDS), math.log10(FLOOR), np.float32).tobytes()


def test_the_bands_share_the_power_between_the_outer_middles() -> None:
    """Each triangle falls where the next one rises: together they weigh every bin once."""
    edges, bins = band_edges(), np.fft.rfftfreq(WINDOW, 1 / RATE)
    assert (edges[0], edges[-1]) == (pytest.approx(LOWEST), pytest.approx(HIGHEST))
    inside = (bins >= edges[1]) & (bins <= edges[-2])
    assert np.allclose(filters()[inside].sum(axis=1), 1.0)
    assert (filters().max(axis=0) > 0.5).all()  # no band falls between two bins
    assert mel(np.array([1000.0]))[0] == pytest.approx(1000.0, abs=0.1)
