"""Gradient descent in a terminal: the guess, the way down, the learning rates on trial, and Keras beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from plumbline.common import usage
from plumbline.common.errors import ArtefactsDisagree
from plumbline.learn.bowl import Bowl, bowl, measured_stable_rate
from plumbline.learn.descent import Floats, descend, gradient, rates
from plumbline.learn.trial import GUESS, TARGET, TRIALS, Run, Trial, run
from plumbline.training.recipe import Recipe
from plumbline.training.recipes.linear import LEARNING_RATE

SHOWN = (0, 1, 2, 3, 4, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
"""Steps that get a line of their own, and the last."""

MAP_WIDTH, MAP_HEIGHT = 61, 21
"""Characters: a character is about twice as high as wide, so that the map of the bowl has equal units when it shows thrice as much across."""

SHADES = " .:-=+*#%@"
"""Of the map, from the lowest loss to the highest."""

BARS = "▁▂▃▄▅▆▇█"


def lesson(recipe: Recipe, mine: Trial, start: tuple[float, float], steps: int, half_life: int, trained: Path) -> Iterator[str]:
    """The lines of the lesson.

    Args:
        recipe: whose points to fit a line to.
        mine: the rate and schedule to walk with.
        start: w and b to begin with.
        steps: how many to take.
        half_life: of the schedule, in steps.
        trained: training.json of the recipe; where it does not exist Keras is left out.

    Raises:
        ArtefactsDisagree: `trained` cannot be read.
    """
    x, y = recipe.data().inputs.ravel(), np.asarray(recipe.data().targets.ravel(), np.float32)
    shape = bowl(x, y)
    walk = run(x, y, mine, start, steps, half_life)
    yield from the_guess(x, y, start)
    yield from the_way(walk, shape)
    yield from the_rates(x, y, shape)
    if trained.is_file():
        yield from keras(x, y, trained)
    yield from the_neuron(walk)


def the_guess(x: Floats, y: Floats, start: tuple[float, float]) -> Iterator[str]:
    w, b = map(np.float32, start)
    loss, by_w, by_b = gradient(x, y, w, b)
    yield f"The guess: y = {w:g} x + {b:g}"
    yield "       x   true y    guess    error   squared"
    for at, true in zip(x, y, strict=True):
        says = w * at + b
        yield f"{at:8g} {true:8g} {says:8g} {says - true:8g} {(says - true) ** 2:9g}"
    yield f"loss, the mean of the squares: {loss:g}    slope along w {by_w:g}, along b {by_b:g}"


def the_way(walk: Run, shape: Bowl) -> Iterator[str]:
    way = walk.descent
    schedule = "" if walk.trial.schedule == "constant" else f", {walk.trial.schedule}"
    yield ""
    yield f"The way: {way.steps} steps, learning rate {walk.trial.rate:g}{schedule}"
    yield "    step            w            b         loss"
    for step in sorted({each for each in SHOWN if each <= way.steps} | {way.steps}):
        yield f"{step:8} {way.w[step]!s:>12} {way.b[step]!s:>12} {way.loss[step]!s:>12}"
    yield f"loss   {bars(way.loss.astype(np.float64))}"
    yield verdict(walk)
    yield ""
    yield "The bowl from above: the more ink, the more loss; the way in digits (steps 0 to 9) and o, the bottom X"
    yield from bowl_map(walk, shape)


def the_rates(x: Floats, y: Floats, shape: Bowl) -> Iterator[str]:
    yield ""
    yield f"Five learning rates from y = {GUESS[0]:g} x + {GUESS[1]:g}, steps to a loss of {TARGET:g}:"
    for each in TRIALS:
        result = run(x, y, each)
        reached = "never" if result.reached is None else str(result.reached)
        yield f"  {each.name:12} {each.rate:<7g} {each.schedule:9} {reached:>6}   {result.outcome}"
    low, high = shape.curvatures
    yield f"The bowl bends by {low:.5g} along its valley and by {high:.5g} across it."
    limit, found = shape.largest_stable_rate, measured_stable_rate(x, y, *GUESS)
    yield f"Largest stable rate: 2 / {high:.5g} = {limit:.5g}; found by trying: {found:.5g}"


def keras(x: Floats, y: Floats, trained: Path) -> Iterator[str]:
    try:
        content = json.loads(trained.read_text())
        points = [(each["epoch"], np.float32(each["w"]), np.float32(each["b"])) for each in content["noted"]]
        epochs = content["epochs"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ArtefactsDisagree(f"{trained} cannot be read: {type(error).__name__} {error}.", f"Run {usage.command('train', 'linear')}.") from error
    _, w, b = points[0]
    by_hand = descend(x, y, float(w), float(b), rates("constant", LEARNING_RATE, epochs, 1))
    yield ""
    yield f"By hand and by Keras: {epochs} epochs from w = {w!s}, b = {b!s}, learning rate {LEARNING_RATE:g}"
    yield "   epoch    w by hand      w Keras    b by hand      b Keras"
    for epoch, w, b in points:
        if epoch in SHOWN:
            hand = by_hand.w[epoch], by_hand.b[epoch]
            same = "the same bits" if (hand[0].tobytes(), hand[1].tobytes()) == (w.tobytes(), b.tobytes()) else "differ"
            yield f"{epoch:8} {hand[0]!s:>12} {w!s:>12} {hand[1]!s:>12} {b!s:>12}   {same}"


def the_neuron(walk: Run) -> Iterator[str]:
    w, b = walk.descent.w[-1], walk.descent.b[-1]
    with np.errstate(invalid="ignore"):
        answer = w * np.float32(10) + b
    yield ""
    yield f"The neuron: output = {w!s} x input {'-' if b < 0 else '+'} {abs(b)!s}; for 10 it answers {answer!s}"
    yield f"The same in pictures, and what int8 does to it: {usage.line('learn')}"


def verdict(walk: Run) -> str:
    """What became of a run, in a sentence."""
    if walk.reached is None:
        return f"It {walk.outcome}; a loss of {TARGET:g} is not reached."
    return f"It {walk.outcome}: a loss of {TARGET:g} is reached after {walk.reached} steps."


def bars(loss: NDArray[np.float64], width: int = 60) -> str:
    """A loss curve in one line, logarithmic from 1e-14 to 1e6; what is no number any more is as high as it gets."""
    chosen = loss[np.linspace(0, len(loss) - 1, min(width, len(loss))).astype(int)]
    height = (np.log10(np.clip(np.nan_to_num(chosen, nan=np.inf), 1e-14, 1e6)) + 14) / 20
    return "".join(BARS[min(len(BARS) - 1, int(each * len(BARS)))] for each in height)


def bowl_map(walk: Run, shape: Bowl) -> Iterator[str]:
    """The loss as shades around the bottom, wide enough for the start, and the way over it."""
    way = walk.descent
    half = max(4.0, abs(float(way.w[0]) - shape.bottom[0]), abs(float(way.b[0]) - shape.bottom[1])) * 1.15
    across = np.linspace(shape.bottom[0] - 1.5 * half, shape.bottom[0] + 1.5 * half, MAP_WIDTH)
    down = np.linspace(shape.bottom[1] + half, shape.bottom[1] - half, MAP_HEIGHT)
    loss = np.log10(1e-9 + shape.loss(*np.meshgrid(across, down)))
    level = np.clip((loss - 0.5) / (loss.max() - 0.5), 0, 1) * (len(SHADES) - 1)
    cells = [[SHADES[int(each)] for each in row] for row in level]
    for step in reversed(range(way.steps + 1)):  # the first steps on top
        with np.errstate(invalid="ignore"):
            column = (float(way.w[step]) - across[0]) / (across[1] - across[0])
            row = (float(way.b[step]) - down[0]) / (down[1] - down[0])
        if -0.5 <= column < MAP_WIDTH - 0.5 and -0.5 <= row < MAP_HEIGHT - 0.5:
            cells[round(row)][round(column)] = str(step) if step < 10 else "o"
    cells[MAP_HEIGHT // 2][MAP_WIDTH // 2] = "X"
    for b, line in zip(down, cells, strict=True):
        yield f"b {b:6.1f} |" + "".join(line)
    yield " " * 10 + f"w from {across[0]:.1f} to {across[-1]:.1f}"
