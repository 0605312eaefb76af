"""Walks through memory as the fewest nested loops."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]

MOST = 8
"""Nested loops for which there are variables."""


@dataclass(frozen=True)
class Loop:
    """`count` steps through memory, so many elements apart in the source and in the target."""

    count: int
    source: int
    target: int
    table: tuple[int, ...] = ()
    """Where each step reads, from the loop's start on, where the steps are not of equal length; then `source` is 0."""

    def steps(self) -> Places:
        """Where the source is read."""
        return np.array(self.table, np.int64) if self.table else np.arange(self.count) * self.source


@dataclass(frozen=True)
class Copy:
    """Nested loops that copy elements from `source_at` on to `target_at` on; without a loop, one element."""

    source: int
    """Which of the operator's arrays: first its run-time inputs in order, then one with all its constants, one after the other."""
    target: int
    """Which of its outputs."""
    source_at: int
    target_at: int
    loops: tuple[Loop, ...]
    """From the outermost on."""

    def places(self) -> tuple[Places, Places]:
        """The elements' places in the source and in the target."""
        source, target = np.array([self.source_at]), np.array([self.target_at])
        for loop in self.loops:
            source = (source[:, np.newaxis] + loop.steps()).ravel()
            target = (target[:, np.newaxis] + np.arange(loop.count) * loop.target).ravel()
        return source, target

    def swapped(self) -> Copy:
        """The way back."""
        loops = tuple(Loop(loop.count, loop.target, loop.source) for loop in self.loops)
        return Copy(self.target, self.source, self.target_at, self.source_at, loops)

    def whole(self, elements: int) -> bool:
        """Whether it copies so many elements from the start on to the same places."""
        return not self.source_at and not self.target_at and self.loops == simplified([Loop(elements, 1, 1)])


def simplified(loops: Sequence[Loop]) -> tuple[Loop, ...]:
    """The same walk with neighbouring loops joined where one goes on as the other, and without loops of one step."""
    result: list[Loop] = []
    for loop in loops:
        if loop.count == 1:
            continue
        outer = result[-1] if result else None
        follows = outer and outer.source == loop.count * loop.source and outer.target == loop.count * loop.target
        if outer and follows and not outer.table and not loop.table:
            result[-1] = Loop(outer.count * loop.count, loop.source, loop.target)
        else:
            result.append(loop)
    return tuple(result)


def strides(shape: Sequence[int]) -> list[int]:
    """How many elements apart two neighbours along each dimension lie."""
    return [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]


def taken(shape: Sequence[int], places: Sequence[Sequence[int]]) -> Copy:
    """A copy of a source of this shape that takes, along each axis, its elements at these places, in this order."""
    steps, ahead = strides(shape), strides([len(each) for each in places])
    walks = [along(each, step, to) for each, step, to in zip(places, steps, ahead, strict=True)]
    loops = simplified([loop for _, walk in walks for loop in walk])
    if len(loops) > MOST:
        walks = [along(each, step, to, nested=False) for each, step, to in zip(places, steps, ahead, strict=True)]
        loops = simplified([loop for _, walk in walks for loop in walk])
    return Copy(0, 0, sum(start for start, _ in walks), 0, loops)


def along(places: Sequence[int], source: int, target: int, nested: bool = True) -> tuple[int, list[Loop]]:
    """Where a walk over these places starts, and its loops: one or, where they are `nested`, two of equal steps, else one that looks them up."""
    count = len(places)
    shorter = [period for period in range(2, count) if count % period == 0] if nested else []
    for period in (count, *shorter):
        inner = places[1] - places[0] if period > 1 else 0
        outer = places[period] - places[0] if period < count else 0
        if all(place == places[0] + i // period * outer + i % period * inner for i, place in enumerate(places)):
            return places[0] * source, [Loop(count // period, outer * source, period * target), Loop(period, inner * source, target)]
    return 0, [Loop(count, 0, target, tuple(place * source for place in places))]
