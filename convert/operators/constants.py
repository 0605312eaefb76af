"""The constants that compiled code runs on, as typed arrays: printed into C, and hashed the way the board hashes them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Constant:
    """One `static const` array of whole numbers; booleans are bytes."""

    name: str
    values: NDArray[np.integer[Any]] | NDArray[np.bool_]
    comment: str
    aligned: bool = False
    """Whether C code reads it word by word."""

    @property
    def shared(self) -> bool:
        """Whether it is a table that is the same in every model."""
        return self.name.startswith("plumbline_")

    @property
    def c_type(self) -> str:
        return "uint8_t" if self.values.dtype == bool else f"{self.values.dtype.name}_t"

    def as_memory(self) -> bytes:
        """The array as a little-endian chip holds it."""
        return self.values.astype(self.values.dtype.newbyteorder("<")).tobytes()


def digest(model_sha256: bytes, constants: list[Constant]) -> str:
    """SHA-256 over the model's hash and every constant in order, 64 hexadecimal digits."""
    total = hashlib.sha256(model_sha256)
    for constant in constants:
        total.update(constant.as_memory())
    return total.hexdigest()
