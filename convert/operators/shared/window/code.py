"""A sliding window as C: where it lies, and which of its bounds must be checked while it slides."""

from __future__ import annotations

from typing import Any

from plumbline.convert.operators.shared.window.reference import Axis, Window


def facts(window: Window) -> dict[str, Any]:
    """What window.c.j2 prints."""
    return {
        "batches": window.batches,
        "channels": window.channels,
        "taps": (window.rows.taps, window.columns.taps),
        "outputs": (window.rows.outputs, window.columns.outputs),
        "inputs": (window.rows.inputs, window.columns.inputs),
        "row": position("y", "ky", window.rows),
        "column": position("x", "kx", window.columns),
        "axes": (window.rows, window.columns),
        "row_outside": outside("row", window.rows),
        "column_outside": outside("column", window.columns),
        "padded": window.padded,
        "slides": slides(window),
    }


def position(output: str, tap: str, axis: Axis) -> str:
    """The input under a tap as a C expression."""
    terms = [output if axis.stride == 1 else f"{output} * {axis.stride}"]
    if axis.taps > 1:
        terms.append(tap if axis.dilation == 1 else f"{tap} * {axis.dilation}")
    return " + ".join(terms) + (f" - {axis.before}" if axis.before else "")


def outside(name: str, axis: Axis) -> str:
    """The C condition that the input lies outside the image; empty where it never does."""
    last = (axis.outputs - 1) * axis.stride + (axis.taps - 1) * axis.dilation - axis.before
    checks = [f"{name} < 0"] if axis.before else []
    return " || ".join(checks + ([f"{name} >= {axis.inputs}"] if last >= axis.inputs else []))


def slides(window: Window) -> str:
    """Strides, dilations and padding in words, those that are not 1 or none."""
    axes = (window.rows, window.columns)
    words = [
        f"{word} {pair[0]} x {pair[1]}"
        for word, pair in (("stride", [a.stride for a in axes]), ("dilation", [a.dilation for a in axes]))
        if max(pair) > 1
    ]
    return "".join(f", {word}" for word in [*words, *(["padded"] if window.padded else [])])
