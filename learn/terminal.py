"""The staircase in a terminal, 80 columns wide: what the page's two figures enlarge, in numbers and drawn with letters."""

from __future__ import annotations

from collections.abc import Iterator

from plumbline.learn.material import Staircase

WIDEST = 14
"""Steps that are shown; each is two letters wide in the drawing."""
BEGIN = 2.0
"""The x that is shown first, as on the page."""


def staircase(steps: Staircase, begin: float = BEGIN) -> Iterator[str]:
    """The lines of the lesson's sixth part.

    Args:
        steps: of the conversion.
        begin: the first x to show; the last steps of the domain where it lies beyond them.
    """
    low, high = steps.manifest.domain
    step_in, step_out = steps.manifest.x_end.scale, steps.manifest.y_end.scale
    line = f"y = {steps.w:.5g} x {'-' if steps.b < 0 else '+'} {abs(steps.b):.4g}"
    yield f"The int8 model: {len(steps.answers)} answers for all numbers from {low:g} to {high:g}. Each step is"
    yield f"{step_in:.4g} wide and {step_out:.4g} high, along the float line {line}. The error"
    yield "is answer minus line, at both ends of a step: the line rises, the answer stays."
    bound = steps.manifest.bound
    if bound is not None:
        yield f"Proven bound: {bound.total:.6g}. Largest error of all steps: {abs(steps.error).max():.6g}."
    yield ""
    yield "  x from      to    answer   error from        to"
    first = next((place for place in range(len(steps.answers)) if steps.edges[place] >= begin), len(steps.answers))
    first = min(first, len(steps.answers) - WIDEST)
    errors = steps.error.reshape(-1, 2)
    for place in reversed(range(first, first + WIDEST)):
        left, right = steps.edges[place : place + 2]
        start, end = errors[place]
        drawn = "  " * (place - first) + "__"
        yield f"{left:8.2f}{right:8.2f}{steps.answers[place]:10.3f}{start:+13.4f}{end:+10.4f}  {drawn}".rstrip()
