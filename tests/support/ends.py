"""A quantization of its own for tests of arithmetic."""

from __future__ import annotations

from typing import NamedTuple


class End(NamedTuple):
    """An input or output."""

    scale: float
    zero_point: int
