"""JSON that somebody may have damaged or made up: what cannot be read is one kind of error, whatever is wrong with it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NoReturn

LARGEST_FILE = 2**28
"""Bytes; a verdict of 100,000 comparisons has some 30 million."""
LARGEST_INTEGER = 2**64
"""No count and no code is as large; beyond it float64 arithmetic overflows sooner or later."""


def read(path: Path) -> Any:
    """The document in a file.

    Raises:
        ValueError: it is no JSON, too deep, too large, or holds a number that is not finite; says which.
        OSError: the file cannot be read.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise ValueError(f"it has more than {LARGEST_FILE:,} bytes")
    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_constant=_refused, parse_float=_float, parse_int=_integer)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _refused(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:40]} is too large a number")
    return value


def _integer(text: str) -> int:
    value = int(text) if len(text) < 40 else LARGEST_INTEGER
    if abs(value) >= LARGEST_INTEGER:
        raise ValueError(f"{text[:40]} is too large a number")
    return value
