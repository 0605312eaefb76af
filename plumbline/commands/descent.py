"""`plumbline descent`: the lesson of `plumbline learn` in the terminal."""

from __future__ import annotations

import json
import math
from typing import Any, get_args

import click
import numpy as np

from plumbline.commands.options import BUILD, Given, define
from plumbline.common.ending import say
from plumbline.learn import descent_text
from plumbline.learn.descent import Schedule
from plumbline.learn.trial import GUESS, HALF_LIFE, STEPS, Trial, run
from plumbline.training import recipe

MOST_STEPS = 100_000
FARTHEST = 1000
"""A start that the lesson's pictures can hold."""


@define(
    "plumbline descent --w 10 --b 10 --rate 0.17 --epochs 200",
    takes=(BUILD,),
    result="every step: w, b and the loss",
)
@click.option("--w", type=click.FloatRange(-FARTHEST, FARTHEST), default=GUESS[0], show_default=True, metavar="W", help="Weight to start with.")
@click.option("--b", type=click.FloatRange(-FARTHEST, FARTHEST), default=GUESS[1], show_default=True, metavar="B", help="Bias to start with.")
@click.option("--rate", type=click.FloatRange(0, min_open=True), default=0.1, show_default=True, help="Learning rate.")
@click.option("--epochs", type=click.IntRange(1, MOST_STEPS), default=STEPS, show_default=True, help="Steps to take.")
@click.option("--schedule", type=click.Choice(get_args(Schedule)), default="constant", show_default=True, help="Of the learning rate.")
@click.option(
    "--half-life", type=click.IntRange(1, MOST_STEPS), default=HALF_LIFE, show_default=True, metavar="N", help="Steps after which it is half."
)
def command(given: Given, w: float, b: float, rate: float, epochs: int, schedule: Schedule, half_life: int) -> int:
    """Watch gradient descent fit a line, with a start and a learning rate of your own."""
    for name, value in (("--w", w), ("--b", b), ("--rate", rate)):
        if not math.isfinite(value):
            raise click.BadParameter(f"{value} is no number.", param_hint=name)
    mine, linear = Trial("mine", rate, schedule), recipe.find("linear")
    if given.json:
        print(json.dumps(_steps(linear, mine, (w, b), epochs, half_life), indent=1))
        return 0
    if not given.quiet:
        for line in descent_text.lesson(linear, mine, (w, b), epochs, half_life, given.results / "linear" / "training.json"):
            say(line)
    return 0


def _steps(linear: recipe.Recipe, mine: Trial, start: tuple[float, float], epochs: int, half_life: int) -> dict[str, Any]:
    """What became of the trial; a number that float32 no longer holds is null."""
    data = linear.data()
    found = run(data.inputs.ravel(), np.asarray(data.targets.ravel(), np.float32), mine, start, epochs, half_life)
    way = {name: getattr(found.descent, name).astype(float).tolist() for name in ("w", "b", "loss")}
    steps = {name: [value if math.isfinite(value) else None for value in values] for name, values in way.items()}
    return {"outcome": found.outcome, "reached": found.reached, **steps}
