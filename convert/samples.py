"""Inputs of a model that somebody brings, from the files in which people keep them."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.errors import UsageError


def load_samples(path: Path) -> NDArray[np.float32]:
    """Inputs (N, ...) float32 from a .npy file, a .npz file with one array or one named `inputs`, or a .csv file with one sample a row.

    Raises:
        UsageError: the file is missing, of another kind or holds no finite numbers.
    """
    hint = "A .npy or .npz file holds an array (N, ...), a .csv file one sample a row, commas between the numbers."
    if not path.is_file():
        raise UsageError(f"SAMPLES={path} does not exist.", hint)
    try:
        if path.suffix == ".csv":
            values: NDArray[Any] = np.loadtxt(path, delimiter=",", ndmin=2)
        else:
            loaded = np.load(path, allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                values = loaded
            else:
                names = loaded.files
                values = loaded["inputs" if "inputs" in names else names[0]] if "inputs" in names or len(names) == 1 else np.empty(0)
        values = values.astype(np.float32)
    except (OSError, ValueError, EOFError, TypeError, zipfile.BadZipFile) as error:
        raise UsageError(f"SAMPLES={path} cannot be read: {error}.", hint) from error
    if values.ndim < 1 or values.size == 0 or not np.isfinite(values).all():
        raise UsageError(f"SAMPLES={path} holds no inputs, or some that are NaN or infinite.", hint)
    return values.reshape(-1, 1) if values.ndim == 1 else values
