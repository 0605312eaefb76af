"""Slopes as C."""

from __future__ import annotations

from plumbline.common.quantization import formula
from plumbline.convert.operators.fixed_point import INT16
from plumbline.convert.operators.shared.binary.code import scaled
from plumbline.convert.operators.shared.slopes.reference import Slope, Slopes
from plumbline.convert.operators.step import Step

TEMPLATE = "slopes.c.j2"
HELPERS = ("code_s16", "scaled_fast")


def slopes_step(path: str, name: str, layer: Slopes, meaning: str) -> Step:
    """The facts of the template; `path` and `meaning`, the real output in terms of the real `input`, are for the comment above it."""
    both = layer.below is not None and (layer.above.multiplier, layer.below.multiplier) != (None, None)
    facts = {
        "path": path,
        "elements": layer.elements,
        "meaning": meaning,
        "input": formula(layer.input),
        "output": formula(layer.output),
        "above": product(layer.above, "code"),
        "below": "0" if layer.below is None else product(layer.below, "-code" if layer.below.magnitude else "code"),
        "highest": layer.highest if layer.highest < INT16[1] else None,
        "saturates": both or layer.above.multiplier is not None or layer.below is not None,
    }
    used = {"scaled_fast": "plumbline_scaled_fast" in f"{facts['above']}{facts['below']}", "code_s16": facts["saturates"]}
    return Step(name, TEMPLATE, tuple(helper for helper in HELPERS if used[helper]), (), facts, in_place=(0,))


def product(slope: Slope, code: str) -> str:
    """The C expression of a code's product, in parentheses where it is negated."""
    text = code if slope.multiplier is None else scaled(code if code == "code" else f"({code})", slope.multiplier)
    return f"-{text}" if slope.negated else text
