"""How each thing in a figure looks in light mode, in dark mode and as a PNG: one declaration for all three.

Colours are of Okabe and Ito's palette, which every kind of colour vision tells apart; dashes and shapes tell the same once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shape = Literal["circle", "square", "diamond", "triangle", "cross"]


@dataclass(frozen=True)
class Style:
    """Colours as CSS writes them; `dash` are lengths of strokes and gaps in units of the figure."""

    light: str
    dark: str
    dash: tuple[int, ...] = ()
    shape: Shape = "circle"
    width: float = 2.5


STYLES: dict[str, Style] = {
    "data": Style("#1b1f24", "#e6edf3", shape="diamond"),
    "truth": Style("#57606a", "#9aa7b4", (2, 4), width=2),
    "guess": Style("#b35900", "#f0b323", (9, 5), "square"),
    "fit": Style("#0072b2", "#56b4e9"),
    "path": Style("#0072b2", "#56b4e9", width=1.5),
    "bottom": Style("#00664b", "#3ecf9f", shape="triangle"),
    "contour": Style("#9aa4af", "#56626f", width=1.2),
    "residual": Style("#b35900", "#f0b323", (2, 3), width=1.5),
    "window": Style("#57606a", "#9aa7b4", width=1),
    "limit": Style("#8b3a76", "#e39bcd", (10, 4, 2, 4), width=2),
    "small": Style("#1b1f24", "#e6edf3", (2, 4), "diamond"),
    "good": Style("#0072b2", "#56b4e9"),
    "oscillating": Style("#b35900", "#f0b323", (9, 5), "square"),
    "large": Style("#8b3a76", "#e39bcd", (10, 4, 2, 4), "cross"),
    "shrinking": Style("#00664b", "#3ecf9f", (14, 4), "triangle"),
    "float": Style("#b35900", "#f0b323", (9, 5), width=2),
    "int8": Style("#0072b2", "#56b4e9", width=1.8),
    "bound": Style("#8b3a76", "#e39bcd", (10, 4, 2, 4), width=1.5),
    "model": Style("#57606a", "#9aa7b4", width=2),
    "target": Style("#57606a", "#9aa7b4", (4, 3), width=1.5),
    "accepted": Style("#0072b2", "#56b4e9", (6, 4), width=1.5),
    "code": Style("#0072b2", "#56b4e9"),
    "sweep": Style("#0072b2", "#56b4e9", width=1.5),
    "sample": Style("#e69f00", "#f0b323", shape="diamond"),
    "wrong": Style("#c43c00", "#ff8f5a", shape="cross", width=2),
    "median": Style("#1b1f24", "#e6edf3", width=2),
    "p99": Style("#8b3a76", "#e39bcd", (10, 4, 2, 4), width=2),
}


def css(dark: bool) -> str:
    """The rules that give each class `s-NAME` its colour; on paper its strokes as well, which do not depend on the light."""
    rules = []
    for name, style in STYLES.items():
        strokes = "" if dark else f"; --w: {style.width}" + (f"; --d: {' '.join(map(str, style.dash))}" if style.dash else "")
        rules.append(f".s-{name} {{ --c: {style.dark if dark else style.light}{strokes}; }}")
    return "\n".join(rules)
