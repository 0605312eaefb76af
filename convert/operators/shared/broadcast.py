"""Two shapes that numpy would broadcast, as the fewest loops that walk them: what a binary operator runs over."""

from __future__ import annotations

from dataclasses import dataclass

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Loop:
    """One loop over `count` outputs, outermost first; an operand moves on by its stride, 0 where its one value serves for all of them."""

    count: int
    strides: tuple[int, int]
    """In elements, of the first and the second operand."""
    output_stride: int


def broadcast(first: Shape, second: Shape) -> Shape | None:
    """The shape of a result, dimensions aligned at the right and 1 fitting any other; None where they do not fit."""
    rank = max(len(first), len(second))
    sizes = list(zip(extended(first, rank), extended(second, rank), strict=True))
    return tuple(max(a, b) for a, b in sizes) if all(a == b or 1 in (a, b) for a, b in sizes) else None


def loops(first: Shape, second: Shape) -> tuple[Loop, ...]:
    """Loops over the result of two shapes that fit, at least one; neighbours through which both operands walk alike become one."""
    rank = max(len(first), len(second))
    result: list[Loop] = []
    reach = [1, 1]
    elements = 1
    for a, b in reversed(list(zip(extended(first, rank), extended(second, rank), strict=True))):
        count = max(a, b)
        if count > 1:
            strides = (reach[0] if a > 1 else 0, reach[1] if b > 1 else 0)
            inner = result[-1] if result else None
            if inner and all(stride == inner.count * below for stride, below in zip(strides, inner.strides, strict=True)):
                result[-1] = Loop(inner.count * count, inner.strides, inner.output_stride)
            else:
                result.append(Loop(count, strides, elements))
        reach = [reach[0] * a, reach[1] * b]
        elements *= count
    return tuple(reversed(result)) or (Loop(1, (1, 1), 1),)


def extended(shape: Shape, rank: int) -> Shape:
    """The shape with ones in front."""
    return (1,) * (rank - len(shape)) + shape
