"""Whole windows as a streaming model gets them: a few new steps at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def in_steps(windows: NDArray[np.float32], steps: int) -> NDArray[np.float32]:
    """Windows (N, length, ...) as (N * length / steps, steps, ...), one behind the other; `steps` divides the length."""
    return windows.reshape(-1, steps, *windows.shape[2:])


def starts_of(windows: NDArray[np.float32], steps: int) -> NDArray[np.bool_]:
    """(N * length / steps,): which of these begin a window."""
    each = windows.shape[1] // steps
    return np.asarray(np.arange(len(windows) * each) % each == 0)
