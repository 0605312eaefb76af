"""The figures of the first half: the guess, the bowl, and five learning rates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plumbline.common.figures.plot import Arrow, Axis, Curve, Dots, Mark, Note, Plot, Rule, number, reals
from plumbline.common.figures.scale import MINUS
from plumbline.learn.lesson import Lesson
from plumbline.learn.trial import GUESS, STEPS, TARGET, Run

Points = NDArray[np.float64]

W_LABEL, B_LABEL, LOSS_LABEL = "w, the weight", "b, the bias", "loss"
LEVELS = (3.0, 10.0, 30.0, 100.0, 300.0, 700.0)
"""Losses of the contours."""

AROUND = (Axis(W_LABEL, -6, 14), Axis(B_LABEL, -8, 12))
"""The part of the bowl that holds the guess and the bottom, as wide as high: gradients then stand upright on the contours."""

EDGE = 0.9
"""How far from the edges of AROUND a label's middle stays, in units of w and b."""

WIDE = (Axis(W_LABEL, -16, 20), Axis(B_LABEL, -18, 18))
"""The part that holds what overshoots."""

LOSSES = Axis(LOSS_LABEL, 1e-14, 1e6, log=True)
STYLE_OF = {"too small": "small", "good": "good", "oscillating": "oscillating", "too large": "large", "shrinking": "shrinking"}
"""A learning rate's style by its name in `plumbline.learn.trial.TRIALS`."""

ARROWS = (0, 1, 2, 4, 8, 16, 32)
"""Steps of the walk whose gradient is drawn."""


def guess(lesson: Lesson) -> Plot:
    w, b = GUESS
    x, y = lesson.x, lesson.y
    ends = np.array([-1.5, 4.5])
    residuals = [Curve("residual", reals([at, at]), reals([is_, w * at + b]), "the error at each point") for at, is_ in zip(x, y, strict=True)]
    return Plot(
        "guess",
        "The first guess and the data",
        f"Six points on the line y = 2x {MINUS} 1 from x = {number(x[0])} to {number(x[-1])}. The guess y = 10x + 10 lies above all of them: "
        f"{number(w * x[0] + b - y[0])} too high at the first, {number(w * x[-1] + b - y[-1])} at the last.",
        Axis("x", -1.5, 4.5),
        Axis("y", -10, 60),
        (
            *residuals,
            Curve("guess", reals(ends), reals(w * ends + b), "the guess, y = 10x + 10"),
            Dots("data", reals(x), reals(y), "the six points"),
        ),
    )


def contours(lesson: Lesson, labels: Points | None = None) -> list[Mark]:
    """The ellipses of equal loss.

    Args:
        labels: points (N, 2) that the labels keep clear of, within AROUND; None for contours without labels.
    """
    lines = [np.column_stack(lesson.bowl.contour(level)) for level in LEVELS]
    marks: list[Mark] = [Curve("contour", reals(line[:, 0]), reals(line[:, 1]), "contours of equal loss") for line in lines]
    if labels is not None:
        taken = labels
        for place, level in enumerate(LEVELS):
            w, b = clearest(lines[place], np.concatenate([taken, *lines[:place], *lines[place + 1 :]]))
            taken = np.concatenate([taken, [(w, b)]])
            marks.append(Note(w, b, number(level)))
    return marks


def clearest(line: Points, others: Points) -> tuple[float, float]:
    """The point of a contour (N, 2) that lies farthest from other points (M, 2), and so far inside of AROUND that a label is not cut off."""
    low, high = (np.array([getattr(axis, end) for axis in AROUND]) for end in ("low", "high"))
    inside = line[((line > low + EDGE) & (line < high - EDGE)).all(axis=1)]
    distance = np.hypot(*(inside[:, None] - others[None]).transpose(2, 0, 1)).min(axis=1)
    w, b = inside[distance.argmax()]
    return float(w), float(b)


def bottom(lesson: Lesson) -> Dots:
    return Dots("bottom", (float(lesson.bowl.bottom[0]),), (float(lesson.bowl.bottom[1]),), f"the bottom, w = 2, b = {number(-1)}", 6)


def surface(lesson: Lesson) -> Plot:
    loss, by_w, by_b = lesson.guess
    length = 4 / np.hypot(by_w, by_b)
    tip = (GUESS[0] - by_w * length, GUESS[1] - by_b * length)
    return Plot(
        "surface",
        "Where the guess sits on the loss surface",
        f"A map of the loss over w and b. Its contours are ellipses around the bottom at w = 2, b = {number(-1)}, where the loss is 0. "
        f"The guess at w = 10, b = 10 lies high up on the slope, at a loss of {number(loss, 5)}. "
        f"The gradient there is {number(by_w)} along w and {number(by_b)} along b; the arrow points against it.",
        *AROUND,
        (
            *contours(lesson, np.array([GUESS, tip, lesson.bowl.bottom])),
            Arrow("guess", (GUESS[0], tip[0]), (GUESS[1], tip[1]), "straight downhill"),
            Dots("guess", (GUESS[0],), (GUESS[1],), f"the guess, loss {number(loss, 5)}", 6),
            bottom(lesson),
        ),
        height=566,
        equal=True,
    )


def parabola(lesson: Lesson) -> Plot:
    """The loss along w alone, with b at its best, and with b as guessed."""
    bowl = lesson.bowl
    w = np.linspace(-6, 10, 81)
    best = float(bowl.bottom[1])
    at = np.array([10.0, 7.0, 4.0, 2.0])
    slopes = bowl.hessian[0, 0] * (at - bowl.bottom[0])
    losses = bowl.loss(at, np.full_like(at, best))
    # Each arrow goes the same way down along its tangent, measured in what the figure is high and wide, so that steepness shows.
    runs = 2.0 / np.hypot(1, slopes / 40)
    arrows = [
        Arrow("path", (a, a - run), (loss, loss - run * slope), "downhill")
        for a, loss, slope, run in zip(at, losses, slopes, runs, strict=True)
        if slope > 1  # the bottom has no downhill
    ]
    guessed = bowl.loss(w, np.full_like(w, GUESS[1]))
    return Plot(
        "parabola",
        "The bowl cut along w",
        f"Two parabolas: the loss over w. With b = {number(best)} its lowest point is w = 2, loss 0. The slope there is 0; at w = 4 it is "
        f"{number(slopes[2])}, at w = 10 {number(slopes[0])}. With b = 10 the lowest point is w = {number(w[guessed.argmin()], 2)}, at a loss of "
        f"{number(guessed.min(), 2)}: what is best for w depends on b.",
        Axis(W_LABEL, -6, 11),
        Axis(LOSS_LABEL, -20, 750),
        (
            Curve("fit", reals(w), reals(bowl.loss(w, np.full_like(w, best))), f"b = {number(best)}, the best"),
            Curve("guess", reals(w), reals(guessed), "b = 10, as guessed"),
            *arrows,
            Dots("path", reals(at), reals(losses), "the slope at w = 10, 7, 4 and 2"),
        ),
    )


def path(lesson: Lesson) -> Plot:
    walk = lesson.walk.descent
    w, b = walk.w.astype(float), walk.b.astype(float)
    arrows = []
    for step in ARROWS:
        by_w, by_b = (float(each) for each in walk.gradient[step])
        length = 1.6 / np.hypot(by_w, by_b)
        arrows.append(Arrow("oscillating", (w[step], w[step] - by_w * length), (b[step], b[step] - by_b * length), "against the gradient"))
    return Plot(
        "path",
        f"From the guess to the bottom in steps of {lesson.walk.trial.rate:g} times the gradient",
        f"The way of gradient descent over the map of the loss. From w = 10, b = 10 the first steps cross the bowl's steep side: after "
        f"{ARROWS[3]} steps w = {number(w[ARROWS[3]], 3)}, b = {number(b[ARROWS[3]], 3)}. Then the way bends and follows the flat valley to "
        f"w = {number(w[-1], 3)}, b = {number(b[-1], 3)}, which {walk.steps} steps reach. The arrows stand upright on the contours.",
        *AROUND,
        (
            *contours(lesson, np.column_stack([w, b])),
            Curve("path", reals(w), reals(b), "the way"),
            Dots("path", reals(w), reals(b), "one dot for each step", 2.5),
            *arrows,
            Dots("guess", (w[0],), (b[0],), "the guess", 6),
            bottom(lesson),
        ),
        height=566,
        equal=True,
    )


def losses(lesson: Lesson) -> Plot:
    """The loss curves of the five learning rates."""
    marks: list[Mark] = [Rule("truth", "y", TARGET, f"the target, {TARGET:g}")]
    for each in lesson.runs:
        loss = each.descent.loss.astype(float)
        steps = np.arange(1, len(loss) + 1)
        inside = np.isfinite(loss) & (loss < LOSSES.high)
        marks.append(Curve(STYLE_OF[each.trial.name], reals(steps[inside]), reals(loss[inside]), label(each)))
    return Plot(
        "losses",
        "Five learning rates from the same start",
        "The loss after each step, for five learning rates. " + " ".join(f"{label(each)}: {became(each)}." for each in lesson.runs),
        Axis("step, counted from 1", 1, STEPS + 1, log=True),
        LOSSES,
        tuple(marks),
        height=400,
    )


def label(run: Run) -> str:
    """A learning rate in the words of the legend."""
    first = "" if run.trial.schedule == "constant" else "from "
    return f"{run.trial.name}, {first}{run.trial.rate:g}"


def became(run: Run) -> str:
    """What became of a run, with its number."""
    if run.outcome == "diverges":
        over = next(step for step, loss in enumerate(run.descent.loss) if not loss < LOSSES.high)
        return f"it diverges, the loss exceeds a million after {over} steps and float32 in the end"
    if run.reached is None:
        return f"it {run.outcome}, the loss is still {number(float(run.descent.loss[-1]), 3)} after {run.descent.steps} steps"
    return f"it {run.outcome}, and reaches the target after {run.reached} steps"


def trial_bowl(lesson: Lesson, which: int) -> Plot:
    """The first steps of one of the five learning rates on the map."""
    run = lesson.runs[which]
    style, first = STYLE_OF[run.trial.name], 60
    w, b = run.descent.w[:first].astype(float), run.descent.b[:first].astype(float)
    return Plot(
        "bowl-" + style,
        label(run).capitalize(),
        f"The first {first - 1} steps with the learning rate {run.trial.rate:g} on the map of the loss: from w = 10, b = 10 by way of "
        f"w = {number(w[1], 3)}, b = {number(b[1], 3)} and w = {number(w[2], 3)}, b = {number(b[2], 3)} to "
        f"w = {number(w[-1], 3)}, b = {number(b[-1], 3)}.",
        *WIDE,
        (
            *contours(lesson),
            Curve(style, reals(w), reals(b)),
            Dots(style, reals(w), reals(b), size=3.5),
        ),
        width=360,
        height=366,
        equal=True,
    )


def rates(lesson: Lesson) -> Plot:
    tried, steps = lesson.by_rate
    limit, fastest = lesson.bowl.largest_stable_rate, lesson.bowl.fastest_rate
    known = [(rate, count) for rate, count in zip(tried, steps, strict=True) if count is not None]
    best, least = min(known, key=lambda each: each[1])
    marks: list[Mark] = [
        Curve("fit", reals([rate for rate, _ in known]), reals([count for _, count in known]), f"steps to a loss of {TARGET:g}"),
        Rule("limit", "x", limit, f"largest stable rate, {number(limit)}"),
    ]
    for each in lesson.runs:
        if each.trial.schedule == "constant" and each.reached is not None:
            marks.append(Dots(STYLE_OF[each.trial.name], (each.trial.rate,), (float(each.reached),), label(each), 6))
    return Plot(
        "rates",
        "How many steps a learning rate needs",
        f"The steps to a loss of {TARGET:g} over the learning rate: {known[0][1]:,} at {number(known[0][0], 2)}, fewer and fewer up to {least} "
        f"at {number(best, 3)}, and from there steeply more, {known[-1][1]:,} at {number(known[-1][0])}. Beyond {number(limit)} no number of steps "
        f"is enough. By the curvatures alone the fastest rate would be {number(fastest)}.",
        Axis("learning rate", 0, 0.19),
        Axis("steps", 10, 2000, log=True),
        tuple(marks),
    )
