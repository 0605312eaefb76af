"""Samples in the shape that a model takes. Flat rows and axes of length 1 are reshaped; anything else would scramble the numbers and is refused."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from common.errors import UsageError

Axes = tuple[int | None, ...]
"""The shape of one sample; None is a length that the samples give."""


def fit(values: NDArray[np.float32], wanted: Axes) -> NDArray[np.float32]:
    """Samples (N, ...) or one alone as (N, *wanted).

    Raises:
        UsageError: they do not fit.
    """
    shape, held = values.shape, values.shape[1:]
    bare = tuple(side for side in wanted if side != 1)
    known = int(np.prod([side for side in wanted if side is not None]))
    free = wanted.count(None)
    if agrees(held, wanted):
        return values
    if agrees(shape, wanted):
        return values[np.newaxis]
    if agrees(squeezed(held), bare):
        return values.reshape(len(values), *restored(squeezed(held), wanted))
    if values.ndim == 2 and flat(held[0], known, free):
        return values.reshape(len(values), *filled(held[0], known, wanted))
    if agrees(squeezed(shape), bare):
        return values.reshape(1, *restored(squeezed(shape), wanted))
    if values.ndim == 1 and flat(len(values), known, free):
        return values.reshape(1, *filled(len(values), known, wanted))
    raise refusal(values, wanted, known)


def agrees(shape: tuple[int, ...], wanted: Axes) -> bool:
    return len(shape) == len(wanted) and all(each is None or side == each for side, each in zip(shape, wanted, strict=True))


def squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(side for side in shape if side != 1)


def restored(sides: tuple[int, ...], wanted: Axes) -> tuple[int, ...]:
    """`wanted` with the lengths of the axes that are not 1."""
    rest = iter(sides)
    return tuple(1 if each == 1 else next(rest) for each in wanted)


def flat(count: int, known: int, free: int) -> bool:
    """Whether `count` numbers fill a sample whose fixed axes hold `known`; one free axis takes its length from it."""
    return count == known if free == 0 else free == 1 and known > 0 and count % known == 0 and count > 0


def filled(count: int, known: int, wanted: Axes) -> tuple[int, ...]:
    return tuple(count // known if each is None else each for each in wanted)


def refusal(values: NDArray[np.float32], wanted: Axes, known: int) -> UsageError:
    """Says both shapes, and what would help."""
    held = values.shape[1:]
    sides = ", ".join("any" if each is None else str(each) for each in wanted)
    text = f"({sides}{',' if len(wanted) == 1 else ''})"
    if len(held) <= 1 and len(wanted) == 1:
        count = held[0] if held else len(values) if values.ndim == 1 and len(values) != 1 else 1
        message = f"A sample holds {count} numbers, the model takes {known}."
        counting = values.ndim == 2 and count == known + 1 and (np.diff(values[:, 0]) == 1).all() and len(values) > 1
        if counting:
            return UsageError(message, "The first column counts the rows: leave this index out (in pandas: index=False).")
        extra = count == known + 1 and values.ndim == 2
        return UsageError(
            message, "Where one column is the target, name it `target` or `label` in a header row." if extra else f"Give N rows of {known} numbers."
        )
    message = f"A sample has the shape {held}, the model takes {text}."
    if None not in wanted and sorted(held) == sorted(each or 0 for each in wanted) and len(held) > 1:
        order, left = [], list(range(len(held)))
        for side in wanted:
            place = next(axis for axis in left if held[axis] == side)
            left.remove(place)
            order.append(place + 1)
        return UsageError(message, f"The axes are in another order: numpy.transpose(x, (0, {', '.join(map(str, order))})) puts them right.")
    flat_rows = "" if None in wanted else f", or N flat rows of {known} numbers"
    return UsageError(message, f"Give samples of the shape (N, {sides}){flat_rows}.")
