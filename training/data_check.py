"""What is wrong with a recipe's data: arrays, their lengths and types, and names of inputs and outputs that do not fit together."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.by_name import ONLY, by_name
from plumbline.common.errors import PlumblineError
from plumbline.training.mistake import Mistake, kind_of, real

if TYPE_CHECKING:
    from plumbline.training.recipe import Data, Recipe

SPARSE = "sparse_categorical_crossentropy"
"""The loss that takes one integer label per input; any other takes targets of the model's output shape."""
LOSS = 'Give the name of a Keras loss, e.g. "mean_squared_error"'


def made(what: str, function: Callable[[], Any]) -> Generator[Mistake, None, Any]:
    """What one of the recipe's functions makes; None, and a mistake, where it raises. A program that is missing is no mistake of the recipe."""
    try:
        return function()
    except (PlumblineError, MemoryError):
        raise
    except Exception as error:
        text = " ".join(str(error).split()) or "no reason given"
        yield Mistake(f"cannot make its {what}: {type(error).__name__}: {text.removesuffix('.')}", f"Mend the function {what}.")
    return None


def split(recipe: Recipe, of: str, function: Callable[[], Data] | None) -> Generator[Mistake, None, Data | None]:
    """Yields what is wrong with a split, and returns it where its arrays can be looked at further. `of` is "" or "test "."""
    if not callable(function):
        return None
    data = yield from made(f"{of}data", function)
    given = {what: getattr(data, what, None) for what in ("inputs", "targets")}
    wrong = [each for what, values in given.items() for each in badly_named(f"{of}{what}", values)]
    if wrong:
        yield from wrong
        return None
    inputs, targets = ({titled(f"{of}{what}", name): each for name, each in told(values).items()} for what, values in given.items())
    bare = {what: values for what, values in (inputs | targets).items() if not isinstance(values, np.ndarray) or values.ndim == 0}
    for what, values in bare.items():
        yield Mistake(f"has {what} that are {kind_of(values)}", "Return Data(inputs, targets), two NumPy arrays with one row for each point.")
    if bare:
        return None
    lengths = {what: len(values) for what, values in (inputs | targets).items()}
    sound = len(set(lengths.values())) == 1 and 0 not in lengths.values()
    if not sound:
        yield Mistake(f"has {' and '.join(f'{count} {what}' for what, count in lengths.items())}", "Each input needs its target.")
    losses = dict(zip(targets, (told(recipe.loss).get(name) for name in told(given["targets"])), strict=True))
    for what, values in (inputs | targets).items():
        if what in losses and not isinstance(losses[what], str):
            continue  # without its loss nobody knows whether these are labels
        wrong_type = labels(what, values) if losses.get(what) == SPARSE else reals(what, values)
        if wrong_type is not None:
            yield wrong_type
            sound = False
    return data if sound else None


def told(given: Any) -> dict[str, Any]:
    """`by_name` of what a person may have left out."""
    return {ONLY: None} if given is None else by_name(given)


def titled(what: str, name: str) -> str:
    """What a mistake calls the array of an input or output."""
    return f"{what} {name}" if name else what


def badly_named(what: str, given: Any) -> Iterator[Mistake]:
    """A dictionary of one array, or with names that cannot be those of inputs and outputs."""
    if not isinstance(given, Mapping):
        return
    if len(given) < 2:
        yield Mistake(f"has {what} that are a dictionary of {len(given)}", "Return the array itself where there is one input, or output.")
    for name in given:
        if not (isinstance(name, str) and name.isidentifier() and name.isascii()):
            yield Mistake(f"has {what} called {name!r}", "Use letters, digits and underscores: what the layers are given and return is called so.")


def labels(what: str, values: NDArray[Any]) -> Mistake | None:
    if np.issubdtype(values.dtype, np.integer) and values.ndim == 1 and (len(values) == 0 or values.min() >= 0):
        return None
    return Mistake(f"has {what} of type {values.dtype} and shape {values.shape}", f"{SPARSE} takes integer labels (N,) from 0 on.")


def reals(what: str, values: NDArray[Any]) -> Mistake | None:
    if values.dtype != np.float32:
        return Mistake(f"has {what} of type {values.dtype}", "Make them float32, as the model computes in it.")
    if not np.isfinite(values).all():
        return Mistake(f"has {what} that are NaN or infinite", "Clean the data.")
    return None


def losses(recipe: Recipe, data: Data | None) -> Iterator[Mistake]:
    """Losses that are no names, and what is told of an output that has no targets, or not of one that has."""
    wrong = {titled("loss", name): loss for name, loss in told(recipe.loss).items() if not isinstance(loss, str) or not loss}
    for what, loss in wrong.items():
        yield Mistake(f"has the {what} {loss!r}" if what == "loss" else f"has the {what}: {loss!r}", f"{LOSS}.")
    for name, weight in recipe.loss_weights.items():
        if not real(weight) or weight <= 0:
            yield Mistake(f"gives the loss of {name} the weight {weight!r}", "A weight is above 0; 1 counts as the others do.")
    if data is None:
        return
    outputs = data.by_output
    if not wrong:
        yield from unlike("a loss", told(recipe.loss), outputs, all_of_them=True)
    yield from unlike("a weight of the loss", recipe.loss_weights, outputs)
    yield from unlike("a quality", by_name(recipe.quality), outputs)


def unlike(what: str, given: Iterable[str], outputs: Mapping[str, Any], all_of_them: bool = False) -> Iterator[Mistake]:
    """What is given for names that no output has, and outputs that it is not given for."""
    names, listed = list(given), ", ".join(outputs)
    hint = "The targets have one output, so give it plainly." if ONLY in outputs else f"The targets are for {listed}: give each its own by name."
    for name in names:
        if name not in outputs:
            yield Mistake(f"has {what} for {name}, which no output is called" if name else f"has {what} that says no output", hint)
    missing = [name for name in outputs if name and name not in names]
    if all_of_them and missing and ONLY not in names:
        yield Mistake(f"has {what} missing for {', '.join(missing)}", hint)


def same_shapes(data: Data, test: Data) -> Iterator[Mistake]:
    """Splits whose inputs or targets have other names or shapes."""
    for trained, tested in ((data.by_input, test.by_input), (data.by_output, test.by_output)):
        if set(trained) != set(tested):
            names = (" and ".join(each) or "one" for each in (trained, tested))
            yield Mistake("trains on {} and tests on {}".format(*names), "Give both splits the same inputs and outputs, by the same names.")
            return
    shapes = [tuple({name: each.shape[1:] for name, each in arrays.items()} for arrays in (of.by_input, of.by_output)) for of in (data, test)]
    if shapes[0] != shapes[1]:
        shown = [" and ".join(map(str, each.values())) for of in shapes for each in of]
        yield Mistake("trains on {} -> {} and tests on {} -> {}".format(*shown), "Use the same shapes.")
