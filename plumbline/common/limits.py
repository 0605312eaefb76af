"""What a board must reach on the samples for PASS, besides being exact: the limits, their defaults, and how a user writes others."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, fields, replace
from typing import Annotated, get_type_hints

from msgspec import Meta

from plumbline.common import usage
from plumbline.common.documents import Amount
from plumbline.common.errors import UsageError
from plumbline.common.text import meant

_EXAMPLE = usage.option("limits", '"agreement=0.9 rms=0.1"')
HINT = f"Write them as in {_EXAMPLE}; docs/explanation/usefulness.md says what each is."


@dataclass(frozen=True)
class Limits:
    """docs/explanation/usefulness.md has the definitions and the reason for each default."""

    agreement: Annotated[float, Meta(ge=0, le=1)] = 0.95
    """Least share of a classifier's decisions that are those of the float model, in [0, 1]."""
    rms: Amount = 0.05
    """Largest RMS of board minus float, as a share of the spread of the float model's answers; 0 or more. Not asked of classifiers."""
    distinct: Annotated[int, Meta(ge=1, le=10**6)] = 2
    """Fewest different answers to samples that differ; 1 or more."""
    loss: Amount = 0.05
    """With targets: by how much less accurate than the float model the board may be, in [0, 1]; for numbers, by which share of the targets'
    spread its RMSE may be larger."""
    skill: Annotated[float, Meta(ge=-1, le=1)] = 0.1
    """With targets: least share of the way from guessing to perfect; in [-1, 1]."""

    @classmethod
    def parse(cls, text: str, defaults: Limits | None = None) -> Limits:
        """Read `agreement=0.9 rms=0.1`, separated by blanks or commas; what is not named keeps its default.

        Raises:
            UsageError: an unknown name, one that is given twice, or a value outside its range.
        """
        changed: dict[str, float] = {}
        for word in re.split(r"[\s,;]+", text.strip()):
            if not word:
                continue
            name, given, value = word.partition("=")
            if name not in RANGES:
                raise UsageError(f"There is no limit {name!r}.{meant(name, RANGES)}", f"There are {', '.join(RANGES)}. {HINT}")
            if name in changed:
                raise UsageError(f"The limit {name} is named twice.", HINT)
            changed[name] = _number(name, value if given else "")
        whole = {"distinct": int(changed["distinct"])} if "distinct" in changed else {}
        return replace(defaults or cls(), **{**changed, **whole})  # type: ignore[arg-type]

    def check(self) -> Limits:
        """Raises UsageError where a value lies outside its range."""
        for field in fields(self):
            _number(field.name, str(getattr(self, field.name)))
        return self


_TYPES = get_type_hints(Limits, include_extras=True)
RANGES: dict[str, tuple[float, float]] = {
    name: (given.ge, math.inf if given.le is None else given.le) for name in _TYPES for given in _TYPES[name].__metadata__
}
"""Lowest and highest value of each limit."""


def _number(name: str, text: str) -> float:
    low, high = RANGES[name]
    percent = text.endswith("%")
    try:
        value = float(text.removesuffix("%")) / (100 if percent else 1)
    except ValueError:
        value = math.nan
    if not (low <= value <= high and math.isfinite(value)) or (name == "distinct" and value != int(value)):
        kind = "a whole number" if name == "distinct" else "a number"
        raise UsageError(f"The limit {name}={text} is not {kind} from {low:g} {f'to {high:g}' if math.isfinite(high) else 'up'}.", HINT)
    return value
