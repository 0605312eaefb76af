"""Samples in the shape that a model takes. Flat rows and axes of length 1 are reshaped; anything else would scramble the numbers and is refused."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import UsageError

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
    if shape[0] == 1 and agrees(shape[2:], wanted):
        return values.reshape(shape[1:])
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
        return UsageError(f"A sample holds {count} number{'s' * (count != 1)}, the model takes {known}.", row_hint(values, count, known))
    message = f"A sample has the shape {held}, the model takes {text}."
    order = transposition(values.shape, wanted)
    if order:
        return UsageError(message, f"The axes are in another order: numpy.transpose(x, ({', '.join(map(str, order))})) puts them right.")
    flat_rows = "" if None in wanted else f", or N flat rows of {known} numbers"
    return UsageError(message, f"Give samples of the shape (N, {sides}){flat_rows}.")


def transposition(shape: tuple[int, ...], wanted: Axes) -> list[int]:
    """The order of the axes of samples, or of one alone, in which they fit, the axis that counts them first; empty where there is none."""
    for count in (axis for axis in range(len(shape)) if len(shape) == len(wanted) + 1):
        rest = matched([axis for axis in range(len(shape)) if axis != count], shape, wanted)
        if rest:
            return [count, *rest]
    return matched(list(range(len(shape))), shape, wanted) if len(shape) == len(wanted) else []


def matched(left: list[int], shape: tuple[int, ...], wanted: Axes) -> list[int]:
    """The axes in `left`, each for a side of `wanted`, in its order; empty where they do not fit. Lengths that samples give fit nothing here."""
    order = []
    for side in wanted:
        place = next((axis for axis in left if shape[axis] == side), None)
        if place is None:
            return []
        left.remove(place)
        order.append(place)
    return order


def row_hint(values: NDArray[np.float32], count: int, known: int) -> str:
    """What helps where flat rows of `count` numbers are given to a model that takes `known`."""
    rows = f"Give N rows of {known} number{'s' * (known != 1)}."
    if values.ndim == 2 and len(values) > 1 and count == known + 1:
        steps = np.diff(values[:, 0])
        if (steps == 1).all():
            return "The first column counts the rows: leave this index out (in pandas: index=False)."
        if (steps > 0).all():
            return "The first column rises from row to row, as a time does: leave it out."
        return "Where one column is the target, name it `target` or `label` in a header row."
    if values.ndim == 2 and len(values) == known:
        return f"There are {known} rows: where each column is a sample, numpy.transpose(x) puts them right."
    if values.size > known and values.size % known == 0 and 1 in (values.ndim, count):
        return f"{rows} Where the samples stand one behind the other, x.reshape(-1, {known}) makes rows of them."
    return rows
