"""The figures of the second half: the neuron, its int8 staircase, the sine; and the empty ones that the page's script draws into."""

from __future__ import annotations

import numpy as np

from plumbline.learn.descent_figures import LOSSES, WIDE, bottom, contours
from plumbline.learn.lesson import Lesson
from plumbline.learn.plot import MINUS, Axis, Band, Curve, Dots, Plot, Rule, number, reals
from plumbline.training.recipes import sine
from plumbline.training.trial import TARGET

ZOOM = (2.0, 4.0)
"""The stretch of x on which single steps can be seen."""

ERROR = Axis(f"int8 {MINUS} float", -0.14, 0.14)


def neuron(lesson: Lesson) -> Plot:
    w, b = lesson.keras.content["w"], lesson.keras.content["b"]
    ends, at = np.array([-2.0, 11.0]), 10.0
    answer = float(lesson.at_ten[0][1])
    return Plot(
        "neuron",
        "The learned line, and what it says far from the points",
        f"The learned line y = {number(w, 5)} x {MINUS} {number(-b, 4)} through the six points from x = {MINUS}1 to 4, drawn on to x = 10, where "
        f"it answers {number(answer)}. On the scale of the picture that cannot be told from 19.",
        Axis("x", -2, 11),
        Axis("y", -6, 22),
        (
            Rule("truth", "y", 19, "19, what 2x \N{MINUS SIGN} 1 would be at 10"),
            Curve("fit", reals(ends), reals(w * ends + b), "the neuron's answers"),
            Dots("data", reals(lesson.x), reals(lesson.y), "the six points it learned"),
            Dots("guess", (at,), (answer,), f"its answer to 10, {number(answer)}", 6),
        ),
    )


def stairs(lesson: Lesson) -> Plot:
    steps = lesson.stairs
    low, high = steps.manifest.domain
    ends = np.array([low - 3, high + 3])
    return Plot(
        "stairs",
        "256 answers for all numbers",
        f"The int8 model over the whole domain from {number(low)} to {number(high)}: a staircase of {len(steps.answers)} steps along the float "
        f"line, from {number(steps.answers[0])} to {number(steps.answers[-1])}. At this size it looks like the line. Beyond both ends the float "
        "line goes on and the staircase does not.",
        Axis("x", low - 3, high + 3),
        Axis("y", -34, 32),
        (
            Rule("limit", "x", low, "the ends of the domain"),
            Rule("limit", "x", high, "the ends of the domain"),
            Curve("float", reals(ends), reals(steps.w * ends + steps.b), "float model"),
            Curve("int8", reals(steps.x), reals(steps.y), "int8 model"),
        ),
    )


def zoom(lesson: Lesson) -> Plot:
    steps = lesson.stairs
    inside = (steps.x >= ZOOM[0]) & (steps.x <= ZOOM[1])
    ends = np.array(ZOOM)
    y = steps.w * ends + steps.b
    spec = steps.manifest
    return Plot(
        "zoom",
        f"The same staircase from x = {ZOOM[0]:g} to {ZOOM[1]:g}",
        f"Single steps can be seen: each is {number(spec.input.scale)} wide and {number(spec.output.scale)} high, and the float line runs "
        "through the middle of each.",
        Axis("x", *ZOOM),
        Axis("y", float(y[0]), float(y[1])),
        (
            Curve("float", reals(ends), reals(y), "float model"),
            Curve("int8", reals(steps.x[inside]), reals(steps.y[inside]), "int8 model"),
        ),
    )


def strip(lesson: Lesson) -> Plot:
    steps = lesson.stairs
    worst = int(np.abs(steps.error).argmax())
    total = bound(lesson)
    return Plot(
        "strip",
        "The error of the int8 model, and its proven bound",
        f"Int8 answer minus float answer over the whole domain: a saw of {len(steps.answers)} teeth, too narrow to be told apart here. The largest "
        f"error is {number(abs(steps.error[worst]), 6)} at x = {number(steps.x[worst], 5)}; the proven bound, drawn as a band, is "
        f"{number(total, 6)}. No tooth leaves the band.",
        Axis("x", *steps.manifest.domain),
        ERROR,
        (
            Band("bound", -total, total, f"the bound, {number(total)} to both sides"),
            Curve("int8", reals(steps.x), reals(steps.error), "the error"),
        ),
    )


def teeth(lesson: Lesson) -> Plot:
    steps, total = lesson.stairs, bound(lesson)
    inside = (steps.x >= ZOOM[0]) & (steps.x <= ZOOM[1])
    error = steps.error[inside]
    return Plot(
        "teeth",
        f"The teeth of the error from x = {ZOOM[0]:g} to {ZOOM[1]:g}",
        f"Along a step the line rises and the answer stays: the error falls from {number(error.max())} to {number(error.min())}. At the next step "
        "it jumps up again.",
        Axis("x", *ZOOM),
        ERROR,
        (
            Band("bound", -total, total, f"the bound, {number(total)} to both sides"),
            Curve("int8", reals(steps.x[inside]), reals(error), "the error"),
        ),
    )


def bound(lesson: Lesson) -> float:
    """What the conversion has proven; it proves a bound for every chain of Dense layers."""
    proven = lesson.stairs.manifest.bound
    assert proven is not None
    return proven.total


def sines(lesson: Lesson) -> Plot:
    points = sine.RECIPE.data()
    x, y = lesson.sine.curve
    line = lesson.straight.w[-1] * x + lesson.straight.b[-1]
    return Plot(
        "sine",
        "One neuron, and the same with hidden layers before it",
        f"{len(points.inputs)} noisy points of a sine. A single neuron's straight line falls from {number(line[0], 3)} to {number(line[-1], 3)} "
        f"and misses them, RMSE {number(lesson.straight_rmse, 3)}. The network with two hidden layers bends along them, RMSE "
        f"{number(lesson.sine_rmse, 2)}.",
        Axis("x", 0, sine.END),
        Axis("y", -1.4, 1.4),
        (
            Dots("small", reals(points.inputs), reals(points.targets), "the points", 3),
            Curve("guess", reals(x), reals(line), "one neuron"),
            Curve("fit", reals(x), reals(y), "with two hidden layers"),
        ),
    )


def lab(lesson: Lesson) -> tuple[Plot, Plot, Plot]:
    """What the page's script fills in: the line, the map and the loss curve of the learner's own run."""
    ends = np.array([-1.5, 4.5])
    line = Plot(
        "lab-line",
        "Your line",
        "",
        Axis("x", -1.5, 4.5),
        Axis("y", -30, 60),
        (
            Curve("truth", reals(ends), reals(2 * ends - 1), f"y = 2x {MINUS} 1"),
            Dots("data", reals(lesson.x), reals(lesson.y), "the six points"),
            Curve("guess", (), (), "your start"),
            Curve("fit", (), (), "your line"),
        ),
        layer=True,
    )
    where = Plot(
        "lab-map",
        "Your way through the bowl",
        "",
        *WIDE,
        (*contours(lesson, labels=False), bottom(lesson), Curve("path", (), (), "your way"), Dots("guess", (), (), "your start")),
        height=566,
        equal=True,
        layer=True,
    )
    loss = Plot(
        "lab-loss",
        "Your loss",
        "",
        Axis("step", 0, 1),
        LOSSES,
        (Rule("truth", "y", TARGET, f"the target, {TARGET:g}"), Curve("fit", (), (), "your loss")),
        height=400,
        layer=True,
    )
    return line, where, loss
