"""What a recipe is, how it is found by name, and what is checked before any time is spent on it."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import plumbline.training.recipes
from plumbline.common import usage
from plumbline.common.by_name import ONLY, by_name, plainly
from plumbline.common.dataset import Data, Dataset, Declared
from plumbline.common.errors import BadRecipe, UnknownRecipe
from plumbline.common.limits import Limits
from plumbline.common.quality import Quality
from plumbline.training.mistake import Mistake, refusal
from plumbline.training.recipe_check import mistakes

if TYPE_CHECKING:
    import keras


__all__ = ["Data", "Recipe"]


@dataclass(frozen=True)
class Recipe:
    """One model from its data to what its board may answer.

    `layers` and `optimizer` are functions because Keras is imported only when something is trained.
    """

    name: str
    """Also the name of the folder in build/: lower-case letters, digits and underscores."""
    data: Callable[[], Data]
    """Called more than once: cache what is slow to load."""
    layers: Callable[..., Any]
    """The Keras layers after the Input, in order; or, as a function of the inputs, what the model answers. It takes the only Input, or several by
    their names, and returns one answer, or of several outputs a dictionary of them. Give each layer a name: names reach the flatbuffer."""
    optimizer: Callable[[], keras.optimizers.Optimizer]
    loss: str | Mapping[str, str]
    """A Keras loss by name, e.g. "mean_squared_error"; of several outputs one for each."""
    epochs: int
    """How often training sees all points."""
    seed: int
    tolerance: float | None = None
    """Largest |board - float model| accepted, in units of the output; None takes what the quantization suggests: see convert/references/tolerance.py.
    A conversion whose proven bound or measured loss exceeds it is refused."""
    domain: tuple[float, float] | None = None
    """Lowest and highest x of a model whose input is one number: calibrates the input, and the board refuses x outside it."""
    representative: Callable[[], Any] | None = None
    """Inputs (N, ...) that calibrate a model of any other shape, of several inputs a dictionary; they must cover what the board will see."""
    checkpoints: tuple[float, ...] = field(default=())
    """Further x to report and verify besides the training points; only with a domain."""
    batch_size: int | None = None
    """Points per step, shuffled for each epoch with the recipe's seed; None takes all points at once, one step per epoch."""
    test: Callable[[], Data] | None = None
    """The split held back from training, which `quality` is measured on; every input of it is verified on the board."""
    quality: Quality | Mapping[str, Quality] | None = None
    """What float model, int8 model and board must reach on `test`; of several outputs a dictionary."""
    noted: Callable[[keras.Model], dict[str, float]] | None = None
    """What training.json notes of the model before training, and some fifty times on its way: numbers by name, e.g. a weight."""
    streamed: Callable[[], list[keras.Layer]] | None = None
    """Of a model that gets a few new steps at a time: the layers in the form that keeps the earlier steps, see `plumbline.common.ring`. They take the
    weights of the trained layers of the same names, and answer behind the last step of a window as those do to the whole of it."""
    steps: int | None = None
    """With `streamed`: how many new steps of the inputs' first axis each inference brings; it divides their number."""
    loss_weights: Mapping[str, float] = field(default_factory=dict)
    """How much the loss of each of several outputs counts in their sum, which training minimizes; 1 for what is not named."""
    limits: Limits = field(default_factory=Limits)
    """What the board must reach on `test`, or without it on the points of the domain or the representative inputs, besides being exact."""

    def sample_points(self) -> tuple[float, ...]:
        """The x every verification compares: the training points, then the checkpoints; empty without a domain."""
        if self.domain is None:
            return ()
        return (*(float(x) for x in self.data().inputs.ravel()), *self.checkpoints)

    def calibration(self) -> tuple[NDArray[np.float32], ...]:
        """Inputs (N, ...) for the converter to observe, of each input in the data's order: the domain in 257 even steps with both ends, or
        `representative`."""
        if self.representative is not None:
            given = by_name(self.representative())
            return tuple(given[name] for name in self.data().by_input)
        assert self.domain is not None  # check() saw to it
        return (np.linspace(*self.domain, 257, dtype=np.float32).reshape(-1, *self.data().inputs.shape[1:]),)

    @property
    def losses(self) -> dict[str, str]:
        """The loss of each output."""
        return by_name(self.loss)

    @property
    def qualities(self) -> tuple[Quality, ...]:
        """What is demanded of each output, with its name."""
        return tuple(replace(each, output=name) for name, each in by_name(self.quality).items())

    @property
    def declared(self) -> Declared:
        """What the conversion is told besides the data."""
        data = self.data()
        inputs, outputs = (tuple(name for name in names if name != ONLY) for names in (data.by_input, data.by_output))
        return Declared(
            name=self.name,
            domain=self.domain,
            points=self.sample_points(),
            tolerance=self.tolerance,
            quality=self.qualities,
            inputs=inputs,
            outputs=outputs,
            limits=self.limits,
            steps=self.steps,
        )

    def dataset(self) -> Dataset:
        """All that the conversion is told."""
        return Dataset(self.declared, self.calibration(), self._test_in_order())

    def _test_in_order(self) -> Data | None:
        """The held-back split, whose inputs and targets come in the order of those that were trained on."""
        if self.test is None:
            return None
        data, test = self.data(), self.test()
        inputs, targets = ({name: test_of[name] for name in of} for of, test_of in ((data.by_input, test.by_input), (data.by_output, test.by_output)))
        return Data(plainly(inputs), plainly(targets))

    def check(self) -> Recipe:
        """Look for mistakes and contradictions, all at once.

        Raises:
            BadRecipe: there are some; the message lists them with the numbers.
        """
        found = list(mistakes(self))
        if found:
            raise refusal(self.name, found)
        return self

    def bad(self, what: str, hint: str) -> BadRecipe:
        """The error that says `recipe NAME <what>.`"""
        return refusal(self.name, [Mistake(what, hint)])


def names() -> list[str]:
    """Every recipe there is, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(plumbline.training.recipes.__path__))


def find(name: str) -> Recipe:
    """The checked recipe of that name.

    Raises:
        UnknownRecipe: there is none; the hint lists what exists.
        BadRecipe: its file cannot be loaded or declares another one, or it contradicts itself.
    """
    if name not in names():
        raise UnknownRecipe(f"There is no recipe {name!r}.", f"Recipes: {', '.join(names())}. Each is a file in training/recipes/.")
    return _checked(name, f"training/recipes/{name}.py", lambda: importlib.import_module(f"plumbline.training.recipes.{name}"))


def find_in(file: Path) -> Recipe:
    """The checked recipe in somebody's own file, which has its name. The modules beside the file can be imported in it, as by a script.

    Raises:
        UnknownRecipe: there is no such file.
        BadRecipe: see `find`.
    """
    if not file.is_file():
        raise UnknownRecipe(f"There is no file {file}.", "Give a recipe's name, or the file of one of your own.")
    return _checked(file.stem, str(file), lambda: _module(file))


def _module(file: Path) -> ModuleType:
    name = f"plumbline_recipe_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    sys.path.insert(0, str(file.resolve().parent))
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _checked(name: str, file: str, load: Callable[[], ModuleType]) -> Recipe:
    try:
        recipe = getattr(load(), "RECIPE", None)
    except (Exception, SystemExit) as error:  # a recipe is a user's own file
        message = f"{file} cannot be loaded: {type(error).__name__}: {error}."
        raise BadRecipe(message, known_fields() if isinstance(error, TypeError) else _start()) from error
    if not isinstance(recipe, Recipe):
        raise BadRecipe(f"{file} does not define RECIPE, a Recipe.", _start())
    if recipe.name != name:
        raise BadRecipe(
            f"RECIPE in {file} is named {recipe.name!r}, and has to be named as its file is.", f"Write name={name!r}, or rename the file."
        )
    return recipe.check()


def _start() -> str:
    return f"`{usage.program()} new recipe my_recipe` writes one that works, with a comment at each field."


def known_fields() -> str:
    """The fields of a recipe, in a sentence each for those it needs and those it may have."""
    needed = [each.name for each in fields(Recipe) if each.default is MISSING and each.default_factory is MISSING]
    optional = [each.name for each in fields(Recipe) if each.name not in needed]
    return f"A recipe needs {', '.join(needed)}; it may have {', '.join(optional)}."
