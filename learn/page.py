"""The lesson as one HTML page that needs nothing beside it: its style, script and pictures are inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from plumbline.common import usage
from plumbline.common.figures import page
from plumbline.common.figures.plot import Plot, exact, number
from plumbline.common.figures.svg import Drawing
from plumbline.learn import chip_figures, descent_figures, staircase_figures, trial
from plumbline.learn.descent import SCHEDULES
from plumbline.learn.layers import LAYERS
from plumbline.learn.lesson import SHOWN_EPOCHS, Lesson
from plumbline.training import recipe, recipes

TEMPLATES = Path(__file__).parent / "templates"
MOST_STEPS = 2000
"""What the page lets a learner take: a run of so many still draws at once."""

FIGURES: tuple[Callable[[Lesson], Plot], ...] = (
    descent_figures.guess,
    descent_figures.surface,
    descent_figures.parabola,
    descent_figures.path,
    descent_figures.losses,
    *(partial(descent_figures.trial_bowl, which=index) for index in range(len(trial.TRIALS))),
    descent_figures.rates,
    chip_figures.neuron,
    staircase_figures.stairs,
    staircase_figures.strip,
    chip_figures.sines,
)
"""Every figure of the lesson, in the order of the page."""


def figures(lesson: Lesson) -> dict[str, Plot]:
    """All figures by name, in the order of the page."""
    return {plot.name: plot for plot in (make(lesson) for make in FIGURES)}


def to_html(lesson: Lesson, plots: dict[str, Plot]) -> str:
    """Render `templates/learn.html.j2`."""
    environment = page.environment(TEMPLATES)
    environment.filters |= {"number": number, "exact": exact}
    environment.globals["typed"] = usage.line
    return environment.get_template("learn.html.j2").render(
        lesson=lesson,
        points=list(zip(lesson.x, lesson.y, strict=True)),
        layers=LAYERS,
        recipes=recipe.names(),
        trial=trial,
        setup=setup(lesson),
        became=descent_figures.became,
        label=descent_figures.label,
        rows=[row for row in lesson.rows if row.epoch in SHOWN_EPOCHS],
        drawings={name: Drawing(plot) for name, plot in plots.items()} | {plot.name: Drawing(plot) for plot in chip_figures.lab(lesson)},
        code=code,
        bound=staircase_figures.bound(lesson),
        worst=float(np.abs(lesson.stairs.error).max()),
    )


def setup(lesson: Lesson) -> dict[str, Any]:
    """What the page's script computes with; it begins with the first of the five rates that arrives."""
    first = next(each.trial for each in lesson.runs if each.outcome == "arrives")
    return {
        "x": [float(x) for x in lesson.x],
        "y": [float(y) for y in lesson.y],
        "limit": lesson.bowl.largest_stable_rate,
        "target": trial.TARGET,
        "window": trial.WINDOW,
        "mostSteps": MOST_STEPS,
        "start": {"w": trial.GUESS[0], "b": trial.GUESS[1], "steps": trial.STEPS, "halfLife": trial.HALF_LIFE, **asdict(first)},
        "schedules": list(SCHEDULES),
        "trials": [asdict(each) for each in trial.TRIALS],
        "stairs": staircase_figures.setup(lesson),
    }


def code(name: str, word: str) -> list[str]:
    """The lines of a recipe's file that make a layer called `word`; none where there is no such recipe."""
    if name not in recipe.names():
        return []
    lines = (Path(recipes.__file__).parent / f"{name}.py").read_text().splitlines()
    return [line.strip().rstrip(",") for line in lines if f"layers.{word}(" in line]
