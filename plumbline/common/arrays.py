"""Array files, .npz: written with the same bytes for the same arrays, and read as files that somebody may have damaged."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first time that a zip file can carry: the clock does not belong to the content."""


def npz_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """An uncompressed .npz file of these arrays, in their order; the bytes depend on them alone."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, array in arrays.items():
            raw = io.BytesIO()
            np.save(raw, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", EARLIEST), raw.getvalue())
    return out.getvalue()


def read_npz(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a .npz file by name; objects that would run Python code are refused.

    Raises:
        ValueError: the file is missing, damaged or none of arrays; says what is wrong.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except Exception as error:  # zipfile, zlib and NumPy raise errors of a dozen classes where a file is damaged, MemoryError among them
        raise ValueError(str(error) or type(error).__name__) from error


def typed_array(arrays: Mapping[str, NDArray[Any]], name: str, kind: type[np.generic]) -> NDArray[Any]:
    """One of the arrays, as this type of NumPy.

    Raises:
        ValueError: it is not there, is no array, or holds another type, whose values another one could not hold.
    """
    if name not in arrays:
        raise ValueError(f"it has no array {name}")
    array = arrays[name]
    if not isinstance(array, np.ndarray) or not np.can_cast(array.dtype, kind, "safe" if kind is np.str_ else "equiv"):
        raise ValueError(f"the array {name} is of type {getattr(array, 'dtype', type(array).__name__)}")
    return array.astype(kind)
