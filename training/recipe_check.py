"""All that is wrong with a recipe, found at once and before any time is spent on it: types, values, shapes, and what contradicts something else."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from plumbline.common.by_name import ONLY, by_name
from plumbline.common.errors import UsageError
from plumbline.common.limits import Limits
from plumbline.common.quality import KINDS, Quality
from plumbline.training.data_check import SPARSE, badly_named, losses, made, same_shapes, split, titled
from plumbline.training.mistake import Mistake, kind_of, real, whole

if TYPE_CHECKING:
    from plumbline.training.recipe import Data, Recipe

FARTHEST = 1e9
"""x travels to the board as a whole number of 1e-9, in 64 bits."""


def mistakes(recipe: Recipe) -> Iterator[Mistake]:
    """Everything that can be known without Keras. What depends on a part that is wrong itself is not looked at."""
    yield from _numbers(recipe)
    functions = {name: getattr(recipe, name) for name in ("data", "layers", "optimizer", "representative", "test", "noted", "streamed")}
    optional = {"representative", "test", "noted", "streamed"}
    for name, function in functions.items():
        if not callable(function) and not (function is None and name in optional):
            yield Mistake(f"has a {name} that is {kind_of(function)}", f"Give a function, {name}=..., that makes it: it is called when it is needed.")
    data = yield from split(recipe, "", recipe.data)
    test = yield from split(recipe, "test ", recipe.test)
    yield from losses(recipe, data)
    if isinstance(recipe.batch_size, int) and data is not None and not 1 <= recipe.batch_size <= data.count:
        hint = "Give 1 to all of them, or None for all."
        yield Mistake(f"trains on batches of {recipe.batch_size} of its {data.count} points", hint)
    if (recipe.domain is None) == (recipe.representative is None):
        hint = "Give a domain for one number, representative inputs for any other shape."
        yield Mistake("has not exactly one of domain and representative", hint)
    if recipe.domain is not None:
        yield from _domain(recipe, data, test)
    else:
        yield from _calibration(recipe, data)
    for name, quality in by_name(recipe.quality).items():
        yield from _quality(recipe, quality, f" of {name}" if name else "")
    yield from _steps(recipe, data)
    if data is not None and test is not None:
        yield from same_shapes(data, test)


def _numbers(recipe: Recipe) -> Iterator[Mistake]:
    """Fields that are a name, a number or None."""
    name = recipe.name
    if not (isinstance(name, str) and name.isidentifier() and name.isascii() and name == name.lower()):
        yield Mistake(f"is named {name!r}", "Use lower-case letters, digits and underscores.")
    if not whole(recipe.epochs) or recipe.epochs < 1:
        yield Mistake(f"trains for {recipe.epochs!r} epochs", "Give a whole number; one is the least.")
    if not whole(recipe.seed) or not 0 <= recipe.seed < 2**32:
        yield Mistake(f"has the seed {recipe.seed!r}", "Give a whole number from 0 to 4294967295.")
    if recipe.batch_size is not None and not whole(recipe.batch_size):
        yield Mistake(f"trains on batches of {recipe.batch_size!r}", "Give a whole number, or None for all points at once.")
    if not isinstance(recipe.checkpoints, (tuple, list)) or not all(map(real, recipe.checkpoints)):
        yield Mistake(f"has the checkpoints {recipe.checkpoints!r}", "Give finite numbers in parentheses, with a comma behind each: (10.0,).")
    if recipe.tolerance is not None and not (real(recipe.tolerance) and recipe.tolerance > 0):
        hint = "Give the largest error you accept, above 0, or none: it is worked out from the quantization then."
        yield Mistake(f"has a tolerance of {recipe.tolerance!r}", hint)
    if not isinstance(recipe.limits, Limits):
        yield Mistake(f"has limits that are {kind_of(recipe.limits)}", "Give Limits(agreement=0.9), or none.")
        return
    try:
        recipe.limits.check()
    except UsageError as error:
        yield Mistake(f"has limits that make no sense: {error.message.removesuffix('.')}", error.hint)


def _domain(recipe: Recipe, data: Data | None, test: Data | None) -> Iterator[Mistake]:
    try:
        low, high = (float(each) for each in recipe.domain or ())
    except (TypeError, ValueError):
        yield Mistake(f"has the domain {recipe.domain!r}", "Give the lowest and the highest x, two numbers.")
        return
    if data is not None and ONLY not in data.by_input:
        yield Mistake(f"declares a domain, but has the inputs {', '.join(data.by_input)}", "Give representative inputs instead.")
        return
    shape = None if data is None else data.inputs.shape[1:]
    if shape is not None and math.prod(shape) != 1:
        yield Mistake(f"declares a domain, but its inputs have the shape {shape}", "Give representative inputs instead.")
        return
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        yield Mistake(f"has the domain [{low}, {high}]", "The low end must be below the high end, both finite.")
        return
    if max(abs(low), abs(high)) > FARTHEST:
        yield Mistake(f"has the domain [{low}, {high}]", "Scale the input: x travels in units of 1e-9 and reaches 1e9.")
    known = [] if data is None else [float(x) for x in data.inputs.ravel()]
    asked = recipe.checkpoints if isinstance(recipe.checkpoints, (tuple, list)) else ()
    outside = [x for x in (*known, *filter(real, asked)) if not low <= x <= high]
    if outside:
        more = f" nor {len(outside) - 1} more of its points" if len(outside) > 1 else ""
        yield Mistake(
            f"has the domain [{low}, {high}], which does not hold x = {outside[0]:g}{more}",
            "Widen the domain: int8 cannot represent a point outside it, and clamping would answer a wrong number.",
        )
    if test is not None and ONLY in test.by_input and not (low <= test.inputs.min() and test.inputs.max() <= high):
        yield Mistake(f"tests x from {test.inputs.min():g} to {test.inputs.max():g}, outside its domain {recipe.domain}", "Widen the domain.")


def _calibration(recipe: Recipe, data: Data | None) -> Iterator[Mistake]:
    if not callable(recipe.representative):
        return
    if recipe.checkpoints:
        yield Mistake("has checkpoints but no domain", "Checkpoints are values of one number.")
    given = yield from made("representative inputs", recipe.representative)
    if given is None:
        return
    wrong = list(badly_named("representative inputs", given))
    yield from wrong
    named = by_name(given)
    if data is not None and not wrong and set(named) != set(data.by_input):
        names = (" and ".join(filter(None, each)) or "one input" for each in (data.by_input, named))
        yield Mistake("trains on {} and calibrates on {}".format(*names), "Give the same inputs by the same names.")
        return
    for name, inputs in named.items():
        if not isinstance(inputs, np.ndarray) or inputs.ndim == 0:
            yield Mistake(f"calibrates {f'{name} ' * bool(name)}on {kind_of(inputs)}", "Return a NumPy array of inputs, one a row.")
            continue
        trained = None if data is None or wrong else data.by_input[name].shape[1:]
        if trained is not None and (inputs.shape[1:] != trained or len(inputs) == 0):
            of = f" of {name}" if name else ""
            yield Mistake(f"trains on inputs{of} of shape {trained} and calibrates on {inputs.shape}", "Use the same shape.")
        if inputs.dtype != np.float32 or not np.isfinite(inputs).all():
            yield Mistake(f"calibrates on {titled('inputs', name)} that are not finite float32", "Clean the data.")
    lengths = {len(each) for each in named.values() if isinstance(each, np.ndarray) and each.ndim}
    if len(lengths) > 1:
        yield Mistake(f"calibrates on {' and '.join(map(str, sorted(lengths)))} inputs", "Give as many of each.")


def _quality(recipe: Recipe, quality: object, of: str) -> Iterator[Mistake]:
    """What is demanded can be met, and there is a split to measure it on."""
    if not isinstance(quality, Quality):
        yield Mistake(f"has a quality{of} that is {kind_of(quality)}", 'Give Quality(kind="rmse", reach=..., int8_may_lose=...), or none.')
        return
    if recipe.test is None:
        yield Mistake(f"demands a quality{of} but holds back no test split", "Give test, or no quality.")
    if quality.kind not in KINDS:
        yield Mistake(f"measures {quality.kind!r}{of}", f"Choose one of {', '.join(KINDS)}.")
    if quality.reach is None:
        yield Mistake(f"demands a quality{of} without saying which its float model must reach", "Give reach.")
    elif not real(quality.reach) or quality.reach < 0 or (quality.kind == "accuracy" and quality.reach > 1):
        yield Mistake(f"demands {quality.kind} {quality.reach}{of}", "Accuracy lies in [0, 1], an error is 0 or more.")
    bounded = (quality.steps is None or (real(quality.steps) and quality.steps > 0)) and real(quality.int8_may_lose)
    if not bounded or quality.int8_may_lose < 0:
        yield Mistake(f"lets int8 lose {quality.int8_may_lose}{of}, steps {quality.steps}", "A loss is 0 or more, steps are above 0.")


def _steps(recipe: Recipe, data: Data | None) -> Iterator[Mistake]:
    """A streaming model takes its windows in equal parts."""
    if (recipe.steps is None) != (recipe.streamed is None):
        yield Mistake("has only one of streamed and steps", "Give both to a streaming model: its layers, and how many new steps an inference brings.")
    elif recipe.steps is not None and (not whole(recipe.steps) or recipe.steps < 1):
        yield Mistake(f"brings {recipe.steps!r} new steps at a time", "Give a whole number; one is the least.")
    elif recipe.steps is not None and recipe.domain is not None:
        yield Mistake("has steps and a domain", "A streaming model takes windows: give representative inputs instead.")
    elif recipe.steps is not None and data is not None and (ONLY not in data.by_input or ONLY not in data.by_output):
        yield Mistake("has steps and several inputs or outputs", "Give a streaming model one of each.")
    elif recipe.steps is not None and data is not None and (data.inputs.ndim < 2 or data.inputs.shape[1] % recipe.steps):
        yield Mistake(f"has windows of shape {data.inputs.shape[1:]} and brings {recipe.steps} new steps at a time", "Give steps that divide them.")
    elif recipe.steps is not None and data is not None and recipe.loss != SPARSE and data.targets.ndim > 2:
        yield Mistake(f"has targets of shape {data.targets.shape[1:]} for a window", "Give each window one target: numbers, or a class.")
