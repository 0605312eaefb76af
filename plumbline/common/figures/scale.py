"""Where a number stands along the axis of a chart, and the round numbers to write beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

MINUS = "\N{MINUS SIGN}"
_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Tick:
    """A label at a place along an axis."""

    at: float
    text: str


class Scale:
    """Maps a range of numbers to a range of coordinates, linearly, with room at both ends."""

    def __init__(self, values: Sequence[float], start: float, end: float, room: float = 0.04) -> None:
        low, high = min(values), max(values)
        if low == high:
            low, high = low - 1, high + 1
        room *= high - low
        self._low, self._high, self._start, self._end = low - room, high + room, start, end

    def __call__(self, value: float) -> float:
        share = (value - self._low) / (self._high - self._low)
        return round(self._start + share * (self._end - self._start), 2)

    def ticks(self, most: int) -> tuple[Tick, ...]:
        """Round numbers in the range, at most `most` + 1."""
        rough = (self._high - self._low) / most
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(step * power for step in _STEPS if step * power >= rough * (1 - 1e-9))
        first, last = math.ceil(self._low / step), math.floor(self._high / step)
        decimals = max(0, -math.floor(math.log10(step) + 1e-9) + (1 if round(step / power, 6) == 2.5 else 0))
        return tuple(Tick(self(index * step), f"{index * step:.{decimals}f}".replace("-", MINUS)) for index in range(first, last + 1))
