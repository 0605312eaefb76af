"""The figures of the second half but for the staircase: the neuron, the sine, and the empty ones that the page's script draws into."""

from __future__ import annotations

import numpy as np

from plumbline.common.figures.plot import Axis, Curve, Dots, Plot, Rule, number, reals
from plumbline.common.figures.scale import MINUS
from plumbline.learn.descent_figures import LOSSES, WIDE, bottom, contours
from plumbline.learn.lesson import Lesson
from plumbline.learn.trial import TARGET
from plumbline.training.recipes import sine


def neuron(lesson: Lesson) -> Plot:
    w, b = lesson.keras.w, lesson.keras.b
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
        (*contours(lesson), bottom(lesson), Curve("path", (), (), "your way"), Dots("guess", (), (), "your start")),
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
