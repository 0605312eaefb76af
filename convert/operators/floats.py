"""How float32 numbers are written in C."""

from __future__ import annotations


def literal(value: float) -> str:
    """A float32 value as a C literal of the very same value: nine digits tell any two apart."""
    digits = f"{value:.9g}"
    return f"{digits}f" if "." in digits or "e" in digits else f"{digits}.0f"
