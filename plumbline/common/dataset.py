"""dataset.npz: what training leaves beside model.keras, and all that a conversion asks of a recipe. One class writes and reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from plumbline.common import documents, usage
from plumbline.common.arrays import npz_bytes, read_npz, typed_array
from plumbline.common.documents import Amount, Count
from plumbline.common.errors import ArtefactsDisagree, BadRecipe
from plumbline.common.limits import Limits
from plumbline.common.quality import Quality

FILE = "dataset.npz"
SCHEMA: Final = 1
DECLARED = "declared"
"""Array of the file: the recipe's own words, as JSON."""


@dataclass(frozen=True)
class Data:
    """Points of one split: `inputs` (N, ...) float32; `targets` (N, ...) float32, or integer labels (N,)."""

    inputs: NDArray[np.float32]
    targets: NDArray[Any]


@dataclass(frozen=True)
class Declared:
    """What a recipe says of its model; see `plumbline.training.recipe.Recipe` for what each field means."""

    name: str
    domain: tuple[float, float] | None = None
    points: tuple[float, ...] = ()
    """The x that every verification compares, as decimal numbers; only with a domain."""
    tolerance: Amount | None = None
    quality: Quality | None = None
    limits: Limits = field(default_factory=Limits)
    steps: Count | None = None
    """Of a streaming model: how many new steps of a window each inference brings. The data are whole windows, a target for each."""
    schema: Literal[1] = SCHEMA

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
    calibration: NDArray[np.float32]
    """(N, ...): inputs for the converter to observe; their shape is that of the model's input."""
    test: Data | None = None
    """The split held back from training; None where the recipe has none."""

    def to_bytes(self) -> bytes:
        """The file, with the same bytes for the same content whenever it is written."""
        arrays: dict[str, NDArray[Any]] = {DECLARED: np.array(documents.to_json(self.declared)), "calibration": self.calibration}
        if self.test is not None:
            arrays |= {"test_inputs": self.test.inputs, "test_targets": self.test.targets}
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
            test = None
            if "test_inputs" in arrays or "test_targets" in arrays:
                targets = arrays.get("test_targets", np.array("none"))
                labels = np.issubdtype(targets.dtype, np.integer)
                test = Data(typed_array(arrays, "test_inputs", np.float32), targets if labels else typed_array(arrays, "test_targets", np.float32))
            found = cls(declared, typed_array(arrays, "calibration", np.float32), test)
            found._check()
        except ValueError as error:
            again = usage.command("train", path.parent.name, anew=True)
            raise ArtefactsDisagree(f"{path} cannot be read: {error}.", f"Write it anew: {again}.") from error
        return found

    def _check(self) -> None:
        """Raises ValueError where the arrays do not fit together, or hold what is no number."""
        named = {"calibration": self.calibration}
        steps = self.declared.steps
        if steps is not None and (self.calibration.ndim < 2 or not steps or self.calibration.shape[1] % steps):
            raise ValueError(f"{steps} steps at a time do not fit windows of {self.calibration.shape[1:]}")
        if self.test is not None:
            named |= {"test_inputs": self.test.inputs, "test_targets": self.test.targets}
            if len(self.test.inputs) != len(self.test.targets) or self.test.inputs.shape[1:] != self.calibration.shape[1:]:
                raise ValueError(f"its test split of {self.test.inputs.shape} and {self.test.targets.shape} does not fit the calibration's inputs")
        for name, array in named.items():
            if array.ndim < 1 or not array.size or not np.isfinite(array).all():
                raise ValueError(f"the array {name} is empty, or holds what is no number")
        if self.declared.quality is not None and self.test is None:
            raise ValueError("a quality is demanded, but there is no test split")
        if bool(self.declared.points) != (self.declared.domain is not None):
            raise ValueError("it has points without a domain, or a domain without points")
