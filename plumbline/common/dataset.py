"""dataset.npz: what training leaves beside model.keras, and all that a conversion asks of a recipe. One class writes and reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from plumbline.common import documents, usage
from plumbline.common.arrays import npz_bytes, read_npz, typed_array
from plumbline.common.by_name import ONLY, by_name, plainly
from plumbline.common.documents import Amount, Count
from plumbline.common.errors import ArtefactsDisagree, BadRecipe
from plumbline.common.limits import Limits
from plumbline.common.quality import Quality

FILE = "dataset.npz"
SCHEMA: Final = 2
DECLARED = "declared"
"""Array of the file: the recipe's own words, as JSON."""


@dataclass(frozen=True)
class Data:
    """Points of one split: `inputs` (N, ...) float32; `targets` (N, ...) float32, or integer labels (N,).

    Of a model with several inputs, or outputs, these are dictionaries: such an array for each by its name.
    """

    inputs: Any
    targets: Any

    @property
    def by_input(self) -> dict[str, NDArray[np.float32]]:
        """The inputs by name; see `plumbline.common.by_name`."""
        return by_name(self.inputs)

    @property
    def by_output(self) -> dict[str, NDArray[Any]]:
        """The targets by name."""
        return by_name(self.targets)

    @property
    def count(self) -> int:
        """Points."""
        return len(next(iter(self.by_input.values())))

    def at(self, rows: Any) -> Data:
        """Some of the points: whatever an array takes as an index along its first axis."""
        inputs, targets = ({name: each[rows] for name, each in arrays.items()} for arrays in (self.by_input, self.by_output))
        return Data(plainly(inputs), plainly(targets))


@dataclass(frozen=True)
class Declared:
    """What a recipe says of its model; see `plumbline.training.recipe.Recipe` for what each field means."""

    name: str
    domain: tuple[float, float] | None = None
    points: tuple[float, ...] = ()
    """The x that every verification compares, as decimal numbers; only with a domain."""
    tolerance: Amount | None = None
    quality: tuple[Quality, ...] = ()
    """Of each output that something is demanded of."""
    inputs: tuple[str, ...] = ()
    """The names of several inputs, in the order in which the model takes them; empty of one."""
    outputs: tuple[str, ...] = ()
    """The names of several outputs; empty of one."""
    limits: Limits = field(default_factory=Limits)
    steps: Count | None = None
    """Of a streaming model: how many new steps of a window each inference brings. The data are whole windows, a target for each."""
    schema: Literal[2] = SCHEMA

    @classmethod
    def load(cls, path: Path) -> Declared:
        """Read what the recipe declares out of dataset.npz, without its data.

        Raises:
            ArtefactsDisagree: the file is missing, damaged, or of another version.
        """
        return Dataset.load(path).declared

    def bad(self, what: str, hint: str) -> BadRecipe:
        """The error that says `Recipe NAME <what>.`"""
        return BadRecipe(f"Recipe {self.name} {what}.", hint)


@dataclass(frozen=True)
class Dataset:
    """What a recipe declares, and the data that a conversion needs."""

    declared: Declared
    calibration: tuple[NDArray[np.float32], ...]
    """(N, ...) of each input, in the order of their names, for the converter to observe; their shape is that of the model's input."""
    test: Data | None = None
    """The split held back from training; None where the recipe has none."""

    def to_bytes(self) -> bytes:
        """The file, with the same bytes for the same content whenever it is written."""
        arrays: dict[str, NDArray[Any]] = {DECLARED: np.array(documents.to_json(self.declared))}
        arrays |= zip(numbered("calibration", self.declared.inputs), self.calibration, strict=True)
        if self.test is not None:
            arrays |= zip(numbered("test_inputs", self.declared.inputs), self.test.by_input.values(), strict=True)
            arrays |= zip(numbered("test_targets", self.declared.outputs), self.test.by_output.values(), strict=True)
        return npz_bytes(arrays)

    @classmethod
    def load(cls, path: Path) -> Dataset:
        """Read dataset.npz.

        Raises:
            ArtefactsDisagree: it is missing, damaged, of another version, or its arrays do not fit together.
        """
        if not path.is_file():
            raise ArtefactsDisagree(f"{path} does not exist.", f"Run {usage.command('train', path.parent.name)} first.")
        try:
            arrays = read_npz(path)
            declared = documents.conform(documents.parse(str(typed_array(arrays, DECLARED, np.str_))), Declared)
            inputs, targets = numbered("test_inputs", declared.inputs), numbered("test_targets", declared.outputs)
            test = None
            if any(name in arrays for name in (*inputs, *targets)):
                given = dict(zip(declared.inputs or (ONLY,), (typed_array(arrays, name, np.float32) for name in inputs), strict=True))
                wanted = dict(zip(declared.outputs or (ONLY,), (_targets(arrays, name) for name in targets), strict=True))
                test = Data(plainly(given), plainly(wanted))
            calibration = tuple(typed_array(arrays, name, np.float32) for name in numbered("calibration", declared.inputs))
            found = cls(declared, calibration, test)
            found._check()
        except ValueError as error:
            again = usage.command("train", path.parent.name, anew=True)
            raise ArtefactsDisagree(f"{path} cannot be read: {error}.", f"Write it anew: {again}.") from error
        return found

    def _check(self) -> None:
        """Raises ValueError where the arrays do not fit together, or hold what is no number."""
        named = dict(zip(numbered("calibration", self.declared.inputs), self.calibration, strict=True))
        steps, windows = self.declared.steps, self.calibration[0]
        if steps is not None and (len(named) > 1 or windows.ndim < 2 or not steps or windows.shape[1] % steps):
            raise ValueError(f"{steps} steps at a time do not fit windows of {windows.shape[1:]}")
        if self.test is not None:
            given, wanted = list(self.test.by_input.values()), list(self.test.by_output.values())
            fits = [one.shape[1:] for one in given] == [other.shape[1:] for other in self.calibration]
            if not fits or any(each.ndim < 1 or len(each) != self.test.count for each in (*given, *wanted)):
                shown = " and ".join(str(each.shape) for each in (*given, *wanted))
                raise ValueError(f"its test split of {shown} does not fit the calibration's inputs")
            named |= zip(numbered("test_inputs", self.declared.inputs), given, strict=True)
            named |= zip(numbered("test_targets", self.declared.outputs), wanted, strict=True)
        for name, array in named.items():
            if array.ndim < 1 or not array.size or not np.isfinite(array).all():
                raise ValueError(f"the array {name} is empty, or holds what is no number")
        if self.declared.quality and self.test is None:
            raise ValueError("a quality is demanded, but there is no test split")
        unknown = {each.output for each in self.declared.quality} - set(self.declared.outputs or (ONLY,))
        if unknown:
            raise ValueError(f"a quality is demanded of {min(unknown)!r}, which is no output")
        if bool(self.declared.points) != (self.declared.domain is not None):
            raise ValueError("it has points without a domain, or a domain without points")


def numbered(what: str, names: tuple[str, ...]) -> list[str]:
    """What the arrays of several inputs or outputs are called in the file, by their places; of one without a number."""
    return [f"{what}{place}" for place in range(len(names))] if names else [what]


def _targets(arrays: Mapping[str, NDArray[Any]], name: str) -> NDArray[Any]:
    labels = name in arrays and np.issubdtype(arrays[name].dtype, np.integer)
    return arrays[name] if labels else typed_array(arrays, name, np.float32)
