"""What a recipe is, how it is found by name, and what is checked before any time is spent on it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import plumbline.training.recipes
from plumbline.common.errors import BadRecipe, UnknownRecipe, UsageError
from plumbline.common.limits import Limits
from plumbline.common.quality import KINDS, Quality

if TYPE_CHECKING:
    import keras

SPARSE = "sparse_categorical_crossentropy"
"""The loss that takes one integer label per input; any other takes targets of the model's output shape."""


@dataclass(frozen=True)
class Data:
    """Points of one split: `inputs` (N, ...) float32; `targets` (N, ...) float32, or integer labels (N,) with SPARSE as the loss."""

    inputs: NDArray[np.float32]
    targets: NDArray[Any]


@dataclass(frozen=True)
class Recipe:
    """One model from its data to what its board may answer.

    `layers` and `optimizer` are functions because Keras is imported only when something is trained or converted.
    """

    name: str
    """Also the name of the folder in build/: lower-case letters, digits and underscores."""
    data: Callable[[], Data]
    """Called more than once: cache what is slow to load."""
    layers: Callable[[], list[keras.Layer]]
    """The Keras layers after the Input, in order. Give each a name: names reach the flatbuffer."""
    optimizer: Callable[[], keras.optimizers.Optimizer]
    loss: str
    """A Keras loss by name, e.g. "mean_squared_error"."""
    epochs: int
    """How often training sees all points."""
    seed: int
    tolerance: float | None = None
    """Largest |board - float model| accepted, in units of the output; None takes what the quantization suggests: see convert/references/tolerance.py.
    A conversion whose proven bound or measured loss exceeds it is refused."""
    domain: tuple[float, float] | None = None
    """Lowest and highest x of a model whose input is one number: calibrates the input, and the board refuses x outside it."""
    representative: Callable[[], NDArray[np.float32]] | None = None
    """Inputs (N, ...) that calibrate a model of any other shape; they must cover what the board will see."""
    checkpoints: tuple[float, ...] = field(default=())
    """Further x to report and verify besides the training points; only with a domain."""
    batch_size: int | None = None
    """Points per step, shuffled for each epoch with the recipe's seed; None takes all points at once, one step per epoch."""
    test: Callable[[], Data] | None = None
    """The split held back from training, which `quality` is measured on; every input of it is verified on the board."""
    quality: Quality | None = None
    """What float model, int8 model and board must reach on `test`."""

    limits: Limits = field(default_factory=Limits)
    """What the board must reach on `test`, or without it on the points of the domain or the representative inputs, besides being exact."""

    def sample_points(self) -> tuple[float, ...]:
        """The x every verification compares: the training points, then the checkpoints; empty without a domain."""
        if self.domain is None:
            return ()
        return (*(float(x) for x in self.data().inputs.ravel()), *self.checkpoints)

    def calibration(self) -> NDArray[np.float32]:
        """Inputs (N, ...) for the converter to observe: the domain in 257 even steps with both ends, or `representative`."""
        if self.representative is not None:
            return self.representative()
        assert self.domain is not None  # check() saw to it
        return np.linspace(*self.domain, 257, dtype=np.float32).reshape(-1, *self.data().inputs.shape[1:])

    def check(self) -> Recipe:
        """Look for contradictions.

        Raises:
            BadRecipe: the recipe contradicts itself; the message names the numbers.
        """
        data = self.data()
        points = data.inputs
        if not (self.name.isidentifier() and self.name == self.name.lower()):
            raise self.bad(f"is named {self.name!r}", "Use lower-case letters, digits and underscores.")
        if len(points) == 0 or len(points) != len(data.targets):
            raise self.bad(f"has {len(points)} inputs and {len(data.targets)} targets", "Each input needs its target.")
        self._check_values("", data)
        if self.epochs < 1:
            raise self.bad(f"trains for {self.epochs} epochs", "One is the least.")
        if self.batch_size is not None and not 1 <= self.batch_size <= len(points):
            raise self.bad(f"trains on batches of {self.batch_size} of its {len(points)} points", "Give 1 to all of them, or None for all.")
        if self.tolerance is not None and not self.tolerance > 0:
            hint = "Give the largest error you accept, above 0, or none: it is worked out from the quantization then."
            raise self.bad(f"has a tolerance of {self.tolerance}", hint)
        if (self.domain is None) == (self.representative is None):
            hint = "Give a domain for one number, representative inputs for any other shape."
            raise self.bad("has not exactly one of domain and representative", hint)
        if self.domain is not None:
            self._check_domain(self.domain, points)
        else:
            self._check_representative(points)
        self._check_quality(data)
        try:
            self.limits.check()
        except UsageError as error:
            raise self.bad(f"has limits that make no sense: {error.message}", error.hint) from error
        return self

    def _check_values(self, of: str, data: Data) -> None:
        """`of` names the split in messages: "" or "test "."""
        for what, values in ((f"{of}inputs", data.inputs), (f"{of}targets", data.targets)):
            if what.endswith("targets") and self.loss == SPARSE:
                if not np.issubdtype(values.dtype, np.integer) or values.ndim != 1 or values.min() < 0:
                    raise self.bad(f"has {what} of type {values.dtype} and shape {values.shape}", f"{SPARSE} takes integer labels (N,) from 0 on.")
                continue
            if values.dtype != np.float32:
                raise self.bad(f"has {what} of type {values.dtype}", "Make them float32, as the model computes in it.")
            if not np.isfinite(values).all():
                raise self.bad(f"has {what} that are NaN or infinite", "Clean the data.")

    def _check_quality(self, data: Data) -> None:
        """The test split fits the training split, and what is demanded of it can be met."""
        if self.quality is not None:
            quality = self.quality
            if self.test is None:
                raise self.bad("demands a quality but holds back no test split", "Give test, or no quality.")
            if quality.kind not in KINDS:
                raise self.bad(f"measures {quality.kind!r}", f"Choose one of {', '.join(KINDS)}.")
            if quality.reach is None:
                raise self.bad("demands a quality without saying which its float model must reach", "Give reach.")
            if not np.isfinite(quality.reach) or quality.reach < 0 or (quality.kind == "accuracy" and quality.reach > 1):
                raise self.bad(f"demands {quality.kind} {quality.reach}", "Accuracy lies in [0, 1], an error is 0 or more.")
            if not quality.int8_may_lose >= 0 or not (quality.steps is None or quality.steps > 0):
                raise self.bad(f"lets int8 lose {quality.int8_may_lose}, steps {quality.steps}", "A loss is 0 or more, steps are above 0.")
        if self.test is None:
            return
        test = self.test()
        if len(test.inputs) == 0 or len(test.inputs) != len(test.targets):
            raise self.bad(f"has {len(test.inputs)} test inputs and {len(test.targets)} test targets", "Each input needs its target.")
        if test.inputs.shape[1:] != data.inputs.shape[1:] or test.targets.shape[1:] != data.targets.shape[1:]:
            raise self.bad(
                f"trains on {data.inputs.shape[1:]} -> {data.targets.shape[1:]} and tests on {test.inputs.shape[1:]} -> {test.targets.shape[1:]}",
                "Use the same shapes.",
            )
        self._check_values("test ", test)
        if self.domain is not None and not (self.domain[0] <= test.inputs.min() and test.inputs.max() <= self.domain[1]):
            raise self.bad(f"tests x from {test.inputs.min():g} to {test.inputs.max():g}, outside its domain {self.domain}", "Widen the domain.")

    def _check_domain(self, domain: tuple[float, float], points: NDArray[np.float32]) -> None:
        low, high = domain
        if points[0].size != 1:
            raise self.bad(f"declares a domain, but its inputs have the shape {points.shape[1:]}", "Give representative inputs instead.")
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise self.bad(f"has the domain [{low}, {high}]", "The low end must be below the high end, both finite.")
        if max(abs(low), abs(high)) > 1e9:
            raise self.bad(f"has the domain [{low}, {high}]", "Scale the input: x travels in units of 1e-9 and reaches 1e9.")
        outside = [x for x in self.sample_points() if not low <= x <= high]
        if outside:
            raise self.bad(
                f"has the domain [{low}, {high}], which does not hold x = {outside[0]:g}",
                "Widen the domain: int8 cannot represent a point outside it, and clamping would answer a wrong number.",
            )

    def _check_representative(self, points: NDArray[np.float32]) -> None:
        if self.checkpoints:
            raise self.bad("has checkpoints but no domain", "Checkpoints are values of one number.")
        inputs = self.calibration()
        if inputs.shape[1:] != points.shape[1:] or len(inputs) == 0:
            raise self.bad(f"trains on inputs of shape {points.shape[1:]} and calibrates on {inputs.shape}", "Use the same shape.")
        if inputs.dtype != np.float32 or not np.isfinite(inputs).all():
            raise self.bad("calibrates on inputs that are not finite float32", "Clean the data.")

    def bad(self, what: str, hint: str) -> BadRecipe:
        """The error that says `recipe NAME <what>.`"""
        return BadRecipe(f"Recipe {self.name} {what}.", hint)


def names() -> list[str]:
    """Every recipe there is, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(plumbline.training.recipes.__path__))


def find(name: str) -> Recipe:
    """The checked recipe of that name.

    Raises:
        UnknownRecipe: there is none; the hint lists what exists.
        BadRecipe: it contradicts itself.
    """
    return declared(name).check()


def declared(name: str) -> Recipe:
    """The recipe of that name as its file declares it, without its data, which may take long to make.

    Raises:
        UnknownRecipe: there is none; the hint lists what exists.
        BadRecipe: its file cannot be loaded, or declares another one.
    """
    if name not in names():
        raise UnknownRecipe(f"There is no recipe {name!r}.", f"Recipes: {', '.join(names())}. Each is a file in training/recipes/.")
    try:
        module: Any = importlib.import_module(f"plumbline.training.recipes.{name}")
    except Exception as error:  # a recipe is a user's own file
        raise BadRecipe(
            f"training/recipes/{name}.py cannot be loaded: {type(error).__name__}: {error}.", "See training/recipes/linear.py."
        ) from error
    recipe = getattr(module, "RECIPE", None)
    if not isinstance(recipe, Recipe) or recipe.name != name:
        raise BadRecipe(f"training/recipes/{name}.py does not define RECIPE with the name {name!r}.", "See training/recipes/linear.py.")
    return recipe
