"""A figure in the units of what it shows. `svg` puts it on a page, `plumbline.learn.png` draws the lesson's with matplotlib."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from plumbline.common.figures.scale import MINUS


@dataclass(frozen=True)
class Axis:
    """A range of numbers; on a logarithmic axis both ends are above 0, and what lies below its low end is drawn there."""

    label: str
    low: float
    high: float
    log: bool = False
    whole: bool = False
    """Whether only whole numbers are written beside it."""

    @classmethod
    def around(cls, label: str, values: Iterable[float], room: float) -> Axis:
        """One that holds some finite values, with room at both ends as a share of their range."""
        known = [value for value in values if math.isfinite(value)]
        low, high = min(known), max(known)
        if low == high:
            low, high = low - 1, high + 1
        return cls(label, low - room * (high - low), high + room * (high - low))


@dataclass(frozen=True)
class Curve:
    """A line through points."""

    style: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    label: str = ""


@dataclass(frozen=True)
class Dots:
    """A mark at each point, in the shape of its style; `size` is half its width in units of the figure."""

    style: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    label: str = ""
    size: float = 5.0
    titles: tuple[str, ...] = ()
    """What each says when pointed at; empty where they say nothing."""


@dataclass(frozen=True)
class Bars:
    """From 0 up, side by side: each from one edge to the next."""

    style: str
    edges: tuple[float, ...]
    heights: tuple[float, ...]
    """One fewer than there are edges."""
    titles: tuple[str, ...]
    """What each says when pointed at."""
    label: str = ""


@dataclass(frozen=True)
class Arrow:
    """From one point to another, the head at the second."""

    style: str
    x: tuple[float, float]
    y: tuple[float, float]
    label: str = ""


@dataclass(frozen=True)
class Band:
    """All y, or all x, from low to high."""

    style: str
    low: float
    high: float
    label: str = ""
    axis: Literal["x", "y"] = "y"


@dataclass(frozen=True)
class Rule:
    """A straight line through the whole figure, at one x ("x") or one y ("y")."""

    style: str
    axis: Literal["x", "y"]
    at: float
    label: str = ""
    title: str = ""
    """What it says when pointed at."""


@dataclass(frozen=True)
class Note:
    """A few words, their middle at a point."""

    x: float
    y: float
    text: str


Mark = Curve | Dots | Bars | Arrow | Band | Rule | Note


@dataclass(frozen=True)
class Plot:
    """One figure. `description` is read out in its place: it says what the picture shows, with its numbers."""

    name: str
    title: str
    description: str
    x: Axis
    y: Axis
    marks: tuple[Mark, ...]
    width: float = 560.0
    height: float = 360.0
    equal: bool = False
    """Whether a unit of x is as long as a unit of y, so that right angles look right."""
    layer: bool = False
    """Whether the page's script draws into it."""
    detail: Plot | None = None
    """A stretch of x enlarged, drawn below; `description` covers both, and its own is not read out."""

    @property
    def panels(self) -> tuple[Plot, ...]:
        """The figure's parts from top to bottom."""
        return (self,) if self.detail is None else (self, self.detail)

    def labelled(self) -> list[Mark]:
        """The marks of the legend, one for each label, in order."""
        seen: dict[str, Mark] = {}
        for mark in (each for panel in self.panels for each in panel.marks):
            if not isinstance(mark, Note) and mark.label:
                seen.setdefault(mark.label, mark)
        return list(seen.values())


def reals(values: Sequence[Any] | NDArray[Any]) -> tuple[float, ...]:
    """Any numbers as what a mark holds."""
    return tuple(float(value) for value in np.asarray(values).ravel())


def number(value: float, digits: int = 4) -> str:
    """A number as the page writes it: so many digits that count, and a minus sign that is one."""
    return f"{value:.{digits}g}".replace("-", MINUS)


def exact(value: float | np.float32) -> str:
    """A float32 in as few digits as tell it from its neighbours."""
    return f"{np.float32(value)!s}".replace("-", MINUS)
