"""`explain.json`: what each layer of an int8 model adds to its error, as the conversion measured it.

docs/explanation/error-sources.md defines every number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from plumbline.common import documents
from plumbline.common.documents import Amount, Count

FILE = "explain.json"
INPUT = "input"
"""What stands for the operator in the row of the model's input."""

TOLERATED_LOSS = 0.01
"""Share of the samples that a classifier may lose before a layer is named for it."""

TOLERATED_ERROR = 0.05
"""RMS error of an output, as a share of the outputs' spread, that is tolerated before a layer is named for it."""


@dataclass(frozen=True)
class LayerError:
    """One operator of the int8 model, or its input. What needs a float model is None without one, or where the layer has no partner in it."""

    number: Count | None
    """Of the operator, from 0; None for the model's input."""
    name: str
    operator: str
    low: float
    high: float
    """The range of real numbers that its output codes hold."""
    seen_low: float
    seen_high: float
    """What its values reach at the samples: the float model's, or without one what the codes stand for."""
    codes: Count
    """Different codes among its values, 1 to 256."""
    at_lowest: Amount
    at_highest: Amount
    """Share of its codes that are -128, and that are 127."""
    channels: Count
    """Size of its last axis."""
    constant_channels: Count
    """How many of these have one code only."""
    clipped: Amount | None = None
    """Share of the float values that lie more than one step outside the range."""
    snr_db: float | None = None
    """Signal to noise of its output: 10 log10(sum of squares of the float values / sum of squares of the errors); None also without an error."""
    total_rms: Amount | None = None
    """RMS error of its output, in units of the output."""
    own_rms: Amount | None = None
    """What the layer itself adds: against the float layer at the same inputs."""
    inherited_rms: Amount | None = None
    """What an exact layer would make of the errors of its inputs."""
    output_rms: Amount | None = None
    """RMS error of the model's output when everything up to this layer is int8 and everything behind it float."""
    share: float | None = None
    """Of the mean square error of the model's output, relative to its spread: by how much it grows when this layer becomes int8; negative
    where it shrinks."""
    score: float | None = None
    """Accuracy or agreement, 0 to 1, when everything up to this layer is int8 and everything behind it float."""
    took: float | None = None
    """How much of the score goes when this layer becomes int8; negative where some comes back."""
    alarming: bool = False
    advice: str = ""
    """What is wrong and what to do next, a sentence; empty where nothing is."""
    used: float = field(init=False)
    """Share of the range held that its values reach, 0 to 1."""

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"the range from {self.low} to {self.high} holds nothing")
        reached = min(self.seen_high, self.high) - max(self.seen_low, self.low)
        object.__setattr__(self, "used", max(0.0, reached / (self.high - self.low)))

    @property
    def sentence(self) -> str:
        """The layer, what it took and what to do, in one line."""
        taken = f" took {100 * self.took:.1f} points" if self.took is not None and self.took > 0 else ""
        if not taken and self.share is not None:
            taken = f" makes {min(1.0, max(0.0, self.share)):.0%} of the error"
        return f"{self.name} ({self.operator}){taken}: {self.advice}" if self.operator != INPUT else f"{self.name}{taken}: {self.advice}"

    @property
    def step(self) -> float:
        """Real distance of two codes."""
        return (self.high - self.low) / 255


@dataclass(frozen=True)
class Explanation:
    """All layers of one model at some samples."""

    recipe: str
    model_sha256: str
    """Of the flatbuffer that was measured."""
    samples: Count
    """How many samples were measured."""
    float_model: bool
    """Whether there is a float model to compare with; without one only ranges are known."""
    score: str
    """"accuracy" (against labels), "agreement" (with the class that the float model chooses), or empty for a model that is no classifier."""
    float_score: float | None
    """The float model's score."""
    output_error: float | None
    """RMS error of the int8 model's output as a share of the spread of the float model's, of the worst output where they are judged one by one."""
    layers: tuple[LayerError, ...]
    """The input, then the operators in execution order."""
    note: str = ""
    """Why something is missing; empty where nothing is."""
    schema: Literal[1] = 1

    @property
    def worst_first(self) -> tuple[LayerError, ...]:
        """The layers that took most first: alarming ones, then by what they took of the score, then by their share of the error."""

        def rank(each: LayerError) -> tuple[bool, float, float, float]:
            snr = -math.inf if each.snr_db is None else -each.snr_db
            return each.alarming, max(0.0, each.took or 0.0), each.share or 0.0, snr

        return tuple(sorted(self.layers, key=rank, reverse=True))

    @property
    def alarming(self) -> tuple[LayerError, ...]:
        """The layers that something has to be done about, worst first."""
        return tuple(each for each in self.worst_first if each.alarming)

    @property
    def last(self) -> LayerError:
        """The layer that answers."""
        return self.layers[-1]

    @property
    def summary(self) -> str:
        """What the model lost, and where, in a sentence or two."""
        last = self.last
        if not self.float_model or last.output_rms is None:
            return f"{self.recipe}: the ranges of {len(self.layers)} tensors at {self.samples} inputs. {self.note}".strip()
        parts = []
        if self.score and self.float_score is not None and last.score is not None:
            lost = self.float_score - last.score
            parts.append(f"{self.score} {self.float_score:.1%} in float, {last.score:.1%} in int8: {100 * lost:.1f} points lost")
        near = self.output_error is not None and self.output_error < 10  # else float hardly varies, and the share says nothing
        relative = "" if not near else f" ({self.output_error:.1%} of its spread)"
        parts.append(f"RMS error of the output {last.output_rms:.3g}{relative}")
        return f"{self.recipe} at {self.samples} samples: {'; '.join(parts)}."

    def to_json(self) -> str:
        return documents.to_json(self)

    @classmethod
    def load(cls, path: Path, model_sha256: str | None) -> Explanation | None:
        """What `to_json` wrote; None where there is none, or none of this model. Of any model where `model_sha256` is None."""
        try:
            found = documents.read(path, cls)
        except (OSError, ValueError):
            return None  # measured anew by the next conversion
        return found if found.layers and model_sha256 in (None, found.model_sha256) else None
