"""Random MUL."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.mul.reference import MulOptions
from plumbline.convert.operators.shared.binary.random_cases import random_binary


def spread(one: float, other: float, kind: str) -> float:
    """Of the product of two codes."""
    return (74 if kind == "INT8" else 19000) * one * other


random_mul = partial(random_binary, operator="MUL", options=MulOptions, spread=spread)
