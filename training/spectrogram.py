"""Log-mel spectrograms in NumPy: what a word sounds like as a small picture, time down, pitch across."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

RATE = 22_050
"""Samples per second, the rate espeak-ng speaks at: nothing has to be resampled."""
WINDOW = 1024
"""Samples in a frame, 46 ms: long enough to tell the tones of a deep voice apart, and a power of two for the FFT of a chip."""
HOP = 512
"""Samples from one frame to the next."""
FRAMES, BANDS = 40, 20
SAMPLES = WINDOW + HOP * (FRAMES - 1)
"""What FRAMES frames cover, 0.95 s: the longest word, and room to shift it."""
LOWEST, HIGHEST = 80.0, 8000.0
"""Hz, where the first band begins and the last one ends: from below a deep voice to where s and t still differ."""
FLOOR = 1e-5
"""Power added to every band so that silence has a logarithm: ten times what the rounding to 16 bits puts there, far below any room's noise."""


def mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pitch in mel by O'Shaughnessy's formula: nearly linear below 700 Hz and logarithmic above, as the ear hears it."""
    return np.asarray(2595.0 * np.log10(1.0 + hertz / 700.0), np.float64)


def band_edges() -> NDArray[np.float64]:
    """(BANDS + 2,) Hz, evenly spaced in mel: band i rises from edge i to edge i + 1 and falls to edge i + 2."""
    low, high = mel(np.array([LOWEST, HIGHEST])).tolist()
    pitches = np.linspace(low, high, BANDS + 2)
    return np.asarray(700.0 * (10.0 ** (pitches / 2595.0) - 1.0), np.float64)


@cache
def filters() -> NDArray[np.float64]:
    """(WINDOW // 2 + 1, BANDS): the share of each FFT bin's power that a band takes, a triangle with 1 at its middle edge."""
    bins = np.fft.rfftfreq(WINDOW, 1 / RATE)[:, np.newaxis]
    edges = band_edges()
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.maximum(0.0, np.minimum(rising, falling))


def log_mel(sound: NDArray[np.float64]) -> NDArray[np.float32]:
    """The spectrogram of a sound.

    Args:
        sound: (SAMPLES,), full scale is [-1, 1].

    Returns:
        (FRAMES, BANDS): log10 of FLOOR plus the power in each band; about 5 for a full-scale sine, -5 for silence.
    """
    frames = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP]
    spectrum = np.fft.rfft(frames * np.hanning(WINDOW))
    power = spectrum.real**2 + spectrum.imag**2
    return np.log10(FLOOR + power @ filters()).astype(np.float32)
