"""The int8 staircase of the line and its error, each over the whole domain and, below, on a stretch of x where single steps can be seen."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from plumbline.common.figures.plot import Axis, Band, Curve, Mark, Plot, number, reals
from plumbline.learn.lesson import Lesson
from plumbline.learn.material import Staircase

ZOOM = (2.0, 4.0)
"""The stretch of x that is enlarged at first; the page's slider moves it on."""
SLIDE = 0.5
"""How far the slider moves it at once: a distance of two ticks, so that ticks stay round numbers."""
BEYOND = 3.0
"""How much of x is shown beyond each end of the domain."""
TALL = 1e3
WINDOW = "enlarged below"

ERROR = Axis("int8 \N{MINUS SIGN} float", -0.14, 0.14)


def stairs(lesson: Lesson) -> Plot:
    steps = lesson.stairs
    low, high = steps.manifest.domain
    x = across(steps)
    ends = np.array([x.low, x.high])
    line = Curve("float", reals(ends), reals(steps.w * ends + steps.b), "float model")
    marks = (line, Curve("int8", reals(steps.x), reals(steps.y), "int8 model"), *limits(steps))
    return Plot(
        "stairs",
        "256 answers for all numbers",
        f"The int8 model over the whole domain from {number(low)} to {number(high)}: a staircase of {len(steps.answers)} steps, from "
        f"{number(steps.answers[0])} to {number(steps.answers[-1])}. Each is {number(steps.manifest.x_end.scale)} wide and "
        f"{number(steps.manifest.y_end.scale)} high, too small to be seen in the upper part. Beyond both ends the float line goes on and the "
        f"staircase does not. {enlarged(steps)}",
        x,
        Axis("y", -34, 32),
        (Band("window", *ZOOM, WINDOW, "x"), *marks),
        height=280,
        detail=detail("stairs", marks, Axis("y", *reach(steps))),
    )


def strip(lesson: Lesson) -> Plot:
    steps = lesson.stairs
    worst = int(np.abs(steps.error).argmax())
    total = bound(lesson)
    pairs = steps.error.reshape(-1, 2)
    middles = reals(steps.x.reshape(-1, 2).mean(axis=1))
    ends = limits(steps)
    band = Band("bound", -total, total, f"the bound, {number(total)} to both sides")
    return Plot(
        "strip",
        "The error of the int8 model, and its proven bound",
        f"Int8 answer minus float answer over the whole domain: a saw of {len(steps.answers)} teeth. The upper part shows the highest and the lowest "
        f"error of each; the largest is {number(abs(steps.error[worst]), 6)} at x = {number(steps.x[worst], 5)}. The proven bound, drawn as a band, "
        f"is {number(total, 6)}, and no tooth leaves it. Along a step the line rises and the answer stays, so that the error falls; at the next "
        f"step it jumps up again. {enlarged(steps)}",
        across(steps),
        ERROR,
        (
            Band("window", *ZOOM, WINDOW, "x"),
            band,
            Curve("fit", middles, reals(pairs.max(axis=1)), "highest and lowest error of each step"),
            Curve("fit", middles, reals(pairs.min(axis=1))),
            *ends,
        ),
        height=280,
        detail=detail("strip", (band, Curve("int8", reals(steps.x), reals(steps.error), "the error"), *ends), ERROR),
    )


def detail(name: str, marks: tuple[Mark, ...], y: Axis) -> Plot:
    """The lower part of a figure; the page's script draws it anew for another stretch of x."""
    return Plot(f"{name}-detail", f"Enlarged: x from {ZOOM[0]:g} to {ZOOM[1]:g}", "", Axis("x", *ZOOM), y, marks, height=330, layer=True)


def limits(steps: Staircase) -> tuple[Mark, ...]:
    """Higher than any part of the figure, as the script moves the lower one up and down too."""
    return tuple(Curve("limit", (end, end), (-TALL, TALL), "the ends of the domain") for end in steps.manifest.domain)


def across(steps: Staircase) -> Axis:
    low, high = steps.manifest.domain
    return Axis("x", low - BEYOND, high + BEYOND)


def reach(steps: Staircase) -> tuple[float, float]:
    """The y of the float line along ZOOM, around a whole number and with half a unit to spare."""
    middle, half = round(steps.w * sum(ZOOM) / 2 + steps.b), math.ceil(abs(steps.w) * (ZOOM[1] - ZOOM[0])) / 2 + 0.5
    return middle - half, middle + half


def enlarged(steps: Staircase) -> str:
    """What is read out of the lower part. The page's script says the same of another stretch."""
    whole = steps.whole(*ZOOM)
    first, last = (number(steps.answers[place]) for place in (whole[0], whole[-1]))
    return f"Enlarged below, x from {number(ZOOM[0])} to {number(ZOOM[1])}: {len(whole)} whole steps, from {first} to {last}."


def bound(lesson: Lesson) -> float:
    """What the conversion has proven; it proves a bound for every chain of Dense layers."""
    proven = lesson.stairs.manifest.bound
    assert proven is not None
    return proven.total


def setup(lesson: Lesson) -> dict[str, Any]:
    """What the page's script draws the lower parts with."""
    steps = lesson.stairs
    low, high = (end + side * BEYOND for end, side in zip(steps.manifest.domain, (-1, 1), strict=True))
    width = ZOOM[1] - ZOOM[0]
    first, last = math.ceil(low / SLIDE) * SLIDE, math.floor((high - width) / SLIDE) * SLIDE
    return {
        "edges": reals(steps.edges),
        "answers": reals(steps.answers),
        "w": steps.w,
        "b": steps.b,
        "from": ZOOM[0],
        "width": width,
        "slide": (first, last, SLIDE),
    }
