"""What the page takes from `build/`: how Keras trained the line and the sine, and what the conversion made of the line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common import usage
from plumbline.common.errors import ArtefactsDisagree
from plumbline.common.golden_data import FILE, References
from plumbline.common.manifest import Manifest
from plumbline.common.quantization import code_of_nano, dequantize, to_nano

AGAIN = f"Run {usage.command('learn')}, which makes what it needs first."


@dataclass(frozen=True)
class Trained:
    """`training.json` of a recipe, as far as the page shows it."""

    content: dict[str, Any]

    @property
    def line(self) -> list[tuple[int, float, float]]:
        """(epochs done, w, b), from the start on; exact float32 values."""
        return [(each["epoch"], each["w"], each["b"]) for each in self.content["noted"]]

    @property
    def w(self) -> float:
        """As trained."""
        return self.line[-1][1]

    @property
    def b(self) -> float:
        """As trained."""
        return self.line[-1][2]

    @property
    def loss(self) -> NDArray[np.float32]:
        """(epochs,): as Keras reports it, before each epoch's step."""
        return np.array(self.content["loss"], np.float32)

    @property
    def curve(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """x and the model's answers over the domain."""
        x, y = (np.array(self.content["curve"][axis], np.float32) for axis in ("x", "y"))
        return x, y


def trained(folder: Path, *needed: str) -> Trained:
    """Read build/NAME/training.json, which must hold `needed`.

    Raises:
        ArtefactsDisagree: it is missing, damaged or from before it held them.
    """
    path = folder / "training.json"
    try:
        content = json.loads(path.read_text())
        missing = [name for name in needed if name not in content]
    except (OSError, ValueError, TypeError) as error:
        raise ArtefactsDisagree(f"{path} cannot be read: {error}.", AGAIN) from error
    if missing:
        raise ArtefactsDisagree(f"{path} says nothing of {', '.join(missing)}.", AGAIN)
    return Trained(content)


@dataclass(frozen=True)
class Staircase:
    """The int8 model of a line: 256 steps, and the float line that they stand for."""

    manifest: Manifest
    w: float
    b: float
    """The line as trained."""
    answers: NDArray[np.float64]
    """(256,): the real number answered to each code, from -128 on."""

    @property
    def edges(self) -> NDArray[np.float64]:
        """(257,): the x between which each code stands; halfway to its neighbours, the domain's ends outside."""
        spec = self.manifest.x_end
        codes = np.arange(-128, 129) - 0.5
        return np.clip((codes - spec.zero_point) * spec.scale, *self.manifest.domain)

    @property
    def x(self) -> NDArray[np.float64]:
        """(512,): both ends of every step in order."""
        return np.repeat(self.edges, 2)[1:-1]

    @property
    def y(self) -> NDArray[np.float64]:
        """(512,): the answer at both ends of every step."""
        return np.repeat(self.answers, 2)

    @property
    def error(self) -> NDArray[np.float64]:
        """(512,): answer minus float line at both ends of every step; between them it is a straight line, so the largest is here."""
        return self.y - (self.w * self.x + self.b)

    def whole(self, low: float, high: float) -> list[int]:
        """Places (0 to 255) of the steps that lie between two x as a whole."""
        return [place for place in range(len(self.answers)) if low <= self.edges[place] and self.edges[place + 1] <= high]

    def at(self, x: float) -> float:
        """What clamping would answer to any x: the answer to the nearest code there is."""
        return float(self.answers[code_of_nano(to_nano(x), self.manifest.x_end) + 128])


def staircase(folder: Path, line: Trained) -> Staircase:
    """The conversion in build/linear; `line` is the training in the same folder.

    Raises:
        ArtefactsDisagree: something is missing, or belongs to another conversion.
    """
    manifest = Manifest.load(folder / "generated" / "manifest.json")
    manifest.check_artefacts(folder)
    references = References.load(folder / FILE, manifest)
    if not np.array_equal(references.codes.ravel(), np.arange(-128, 128)):
        raise ArtefactsDisagree(f"{folder / 'references.npz'} does not hold all 256 codes in order.", AGAIN)
    return Staircase(manifest, line.w, line.b, dequantize(references.expected.ravel(), manifest.y_end))
