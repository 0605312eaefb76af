"""All that is wrong with a recipe, found at once and before any time is spent on it: types, values, shapes, and what contradicts something else."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import BadRecipe, PlumblineError, UsageError
from plumbline.common.limits import Limits
from plumbline.common.quality import KINDS, Quality

if TYPE_CHECKING:
    from plumbline.training.recipe import Data, Recipe

SPARSE = "sparse_categorical_crossentropy"
"""The loss that takes one integer label per input; any other takes targets of the model's output shape."""
FARTHEST = 1e9
"""x travels to the board as a whole number of 1e-9, in 64 bits."""


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong: `what` goes on from "Recipe NAME", without a full stop; `hint` is a sentence."""

    what: str
    hint: str


def refusal(name: object, found: list[Mistake]) -> BadRecipe:
    """One error for at least one mistake; of several each is a line with its hint."""
    if len(found) == 1:
        return BadRecipe(f"Recipe {name} {found[0].what}.", found[0].hint)
    lines = [f"- It {each.what}. {each.hint}" for each in found]
    return BadRecipe("\n".join([f"Recipe {name} has {len(found)} mistakes:", *lines]), "Mend them all; nothing was trained yet.")


def mistakes(recipe: Recipe) -> Iterator[Mistake]:
    """Everything that can be known without Keras. What depends on a part that is wrong itself is not looked at."""
    yield from _numbers(recipe)
    functions = {name: getattr(recipe, name) for name in ("data", "layers", "optimizer", "representative", "test", "noted", "streamed")}
    optional = {"representative", "test", "noted", "streamed"}
    for name, function in functions.items():
        if not callable(function) and not (function is None and name in optional):
            yield Mistake(f"has a {name} that is {_kind(function)}", f"Give a function, {name}=..., that makes it: it is called when it is needed.")
    data = yield from _split(recipe, "", recipe.data)
    test = yield from _split(recipe, "test ", recipe.test)
    if isinstance(recipe.batch_size, int) and data is not None and not 1 <= recipe.batch_size <= len(data.inputs):
        hint = "Give 1 to all of them, or None for all."
        yield Mistake(f"trains on batches of {recipe.batch_size} of its {len(data.inputs)} points", hint)
    if (recipe.domain is None) == (recipe.representative is None):
        hint = "Give a domain for one number, representative inputs for any other shape."
        yield Mistake("has not exactly one of domain and representative", hint)
    if recipe.domain is not None:
        yield from _domain(recipe, data, test)
    else:
        yield from _calibration(recipe, data)
    yield from _quality(recipe)
    yield from _steps(recipe, data)
    if data is not None and test is not None and _shapes(test) != _shapes(data):
        what = "trains on {} -> {} and tests on {} -> {}".format(*_shapes(data), *_shapes(test))
        yield Mistake(what, "Use the same shapes.")


def _numbers(recipe: Recipe) -> Iterator[Mistake]:
    """Fields that are a name, a number or None."""
    name = recipe.name
    if not (isinstance(name, str) and name.isidentifier() and name.isascii() and name == name.lower()):
        yield Mistake(f"is named {name!r}", "Use lower-case letters, digits and underscores.")
    if not isinstance(recipe.loss, str) or not recipe.loss:
        yield Mistake(f"has the loss {recipe.loss!r}", 'Give the name of a Keras loss, e.g. "mean_squared_error".')
    if not _whole(recipe.epochs) or recipe.epochs < 1:
        yield Mistake(f"trains for {recipe.epochs!r} epochs", "Give a whole number; one is the least.")
    if not _whole(recipe.seed) or not 0 <= recipe.seed < 2**32:
        yield Mistake(f"has the seed {recipe.seed!r}", "Give a whole number from 0 to 4294967295.")
    if recipe.batch_size is not None and not _whole(recipe.batch_size):
        yield Mistake(f"trains on batches of {recipe.batch_size!r}", "Give a whole number, or None for all points at once.")
    if not isinstance(recipe.checkpoints, (tuple, list)) or not all(map(_real, recipe.checkpoints)):
        yield Mistake(f"has the checkpoints {recipe.checkpoints!r}", "Give finite numbers in parentheses, with a comma behind each: (10.0,).")
    if recipe.tolerance is not None and not (_real(recipe.tolerance) and recipe.tolerance > 0):
        hint = "Give the largest error you accept, above 0, or none: it is worked out from the quantization then."
        yield Mistake(f"has a tolerance of {recipe.tolerance!r}", hint)
    if not isinstance(recipe.limits, Limits):
        yield Mistake(f"has limits that are {_kind(recipe.limits)}", "Give Limits(agreement=0.9), or none.")
        return
    try:
        recipe.limits.check()
    except UsageError as error:
        yield Mistake(f"has limits that make no sense: {error.message.removesuffix('.')}", error.hint)


def _made(what: str, function: Callable[[], Any]) -> Generator[Mistake, None, Any]:
    """What one of the recipe's functions makes; None, and a mistake, where it raises. A program that is missing is no mistake of the recipe."""
    try:
        return function()
    except (PlumblineError, MemoryError):
        raise
    except Exception as error:
        text = " ".join(str(error).split()) or "no reason given"
        yield Mistake(f"cannot make its {what}: {type(error).__name__}: {text.removesuffix('.')}", f"Mend the function {what}.")
    return None


def _split(recipe: Recipe, of: str, function: Callable[[], Data] | None) -> Generator[Mistake, None, Data | None]:
    """Yields what is wrong with a split, and returns it where its arrays can be looked at further. `of` is "" or "test "."""
    if not callable(function):
        return None
    data = yield from _made(f"{of}data", function)
    arrays: dict[str, Any] = {f"{of}inputs": getattr(data, "inputs", None), f"{of}targets": getattr(data, "targets", None)}
    bare = {what: values for what, values in arrays.items() if not isinstance(values, np.ndarray) or values.ndim == 0}
    for what, values in bare.items():
        yield Mistake(f"has {what} that are {_kind(values)}", "Return Data(inputs, targets), two NumPy arrays with one row for each point.")
    if bare:
        return None
    inputs, targets = arrays.values()
    sound = len(targets) == len(inputs) > 0
    if not sound:
        yield Mistake(f"has {len(inputs)} {of}inputs and {len(targets)} {of}targets", "Each input needs its target.")
    for what, values in arrays.items():
        wrong = _labels(what, values) if what.endswith("targets") and recipe.loss == SPARSE else _reals(what, values)
        if wrong is not None:
            yield wrong
            sound = False
    return data if sound else None


def _labels(what: str, values: NDArray[Any]) -> Mistake | None:
    if np.issubdtype(values.dtype, np.integer) and values.ndim == 1 and (len(values) == 0 or values.min() >= 0):
        return None
    return Mistake(f"has {what} of type {values.dtype} and shape {values.shape}", f"{SPARSE} takes integer labels (N,) from 0 on.")


def _reals(what: str, values: NDArray[Any]) -> Mistake | None:
    if values.dtype != np.float32:
        return Mistake(f"has {what} of type {values.dtype}", "Make them float32, as the model computes in it.")
    if not np.isfinite(values).all():
        return Mistake(f"has {what} that are NaN or infinite", "Clean the data.")
    return None


def _domain(recipe: Recipe, data: Data | None, test: Data | None) -> Iterator[Mistake]:
    try:
        low, high = (float(each) for each in recipe.domain or ())
    except (TypeError, ValueError):
        yield Mistake(f"has the domain {recipe.domain!r}", "Give the lowest and the highest x, two numbers.")
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
    outside = [x for x in (*known, *filter(_real, asked)) if not low <= x <= high]
    if outside:
        more = f" nor {len(outside) - 1} more of its points" if len(outside) > 1 else ""
        yield Mistake(
            f"has the domain [{low}, {high}], which does not hold x = {outside[0]:g}{more}",
            "Widen the domain: int8 cannot represent a point outside it, and clamping would answer a wrong number.",
        )
    if test is not None and not (low <= test.inputs.min() and test.inputs.max() <= high):
        yield Mistake(f"tests x from {test.inputs.min():g} to {test.inputs.max():g}, outside its domain {recipe.domain}", "Widen the domain.")


def _calibration(recipe: Recipe, data: Data | None) -> Iterator[Mistake]:
    if not callable(recipe.representative):
        return
    if recipe.checkpoints:
        yield Mistake("has checkpoints but no domain", "Checkpoints are values of one number.")
    inputs = yield from _made("representative inputs", recipe.representative)
    if inputs is None:
        return
    if not isinstance(inputs, np.ndarray) or inputs.ndim == 0:
        yield Mistake(f"calibrates on {_kind(inputs)}", "Return a NumPy array of inputs, one a row.")
        return
    if data is not None and (inputs.shape[1:] != data.inputs.shape[1:] or len(inputs) == 0):
        yield Mistake(f"trains on inputs of shape {data.inputs.shape[1:]} and calibrates on {inputs.shape}", "Use the same shape.")
    if inputs.dtype != np.float32 or not np.isfinite(inputs).all():
        yield Mistake("calibrates on inputs that are not finite float32", "Clean the data.")


def _quality(recipe: Recipe) -> Iterator[Mistake]:
    """What is demanded can be met, and there is a split to measure it on."""
    quality = recipe.quality
    if quality is None:
        return
    if not isinstance(quality, Quality):
        yield Mistake(f"has a quality that is {_kind(quality)}", 'Give Quality(kind="rmse", reach=..., int8_may_lose=...), or none.')
        return
    if recipe.test is None:
        yield Mistake("demands a quality but holds back no test split", "Give test, or no quality.")
    if quality.kind not in KINDS:
        yield Mistake(f"measures {quality.kind!r}", f"Choose one of {', '.join(KINDS)}.")
    if quality.reach is None:
        yield Mistake("demands a quality without saying which its float model must reach", "Give reach.")
    elif not _real(quality.reach) or quality.reach < 0 or (quality.kind == "accuracy" and quality.reach > 1):
        yield Mistake(f"demands {quality.kind} {quality.reach}", "Accuracy lies in [0, 1], an error is 0 or more.")
    bounded = (quality.steps is None or (_real(quality.steps) and quality.steps > 0)) and _real(quality.int8_may_lose)
    if not bounded or quality.int8_may_lose < 0:
        yield Mistake(f"lets int8 lose {quality.int8_may_lose}, steps {quality.steps}", "A loss is 0 or more, steps are above 0.")


def _steps(recipe: Recipe, data: Data | None) -> Iterator[Mistake]:
    """A streaming model takes its windows in equal parts."""
    if (recipe.steps is None) != (recipe.streamed is None):
        yield Mistake("has only one of streamed and steps", "Give both to a streaming model: its layers, and how many new steps an inference brings.")
    elif recipe.steps is not None and (not _whole(recipe.steps) or recipe.steps < 1):
        yield Mistake(f"brings {recipe.steps!r} new steps at a time", "Give a whole number; one is the least.")
    elif recipe.steps is not None and recipe.domain is not None:
        yield Mistake("has steps and a domain", "A streaming model takes windows: give representative inputs instead.")
    elif recipe.steps is not None and data is not None and (data.inputs.ndim < 2 or data.inputs.shape[1] % recipe.steps):
        yield Mistake(f"has windows of shape {data.inputs.shape[1:]} and brings {recipe.steps} new steps at a time", "Give steps that divide them.")
    elif recipe.steps is not None and data is not None and recipe.loss != SPARSE and data.targets.ndim > 2:
        yield Mistake(f"has targets of shape {data.targets.shape[1:]} for a window", "Give each window one target: numbers, or a class.")


def _shapes(data: Data) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return data.inputs.shape[1:], data.targets.shape[1:]


def _whole(value: object) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _real(value: object) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and math.isfinite(value)


def _kind(value: object) -> str:
    """What a value is, in words of Python."""
    return "None" if value is None else f"a {type(value).__name__}"
