"""Shapes that numpy would broadcast, as the fewest loops that walk them: what an operator of several operands runs over."""

from __future__ import annotations

from dataclasses import dataclass

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Loop:
    """One loop over `count` outputs, outermost first; an operand moves on by its stride, 0 where its one value serves for all of them."""

    count: int
    strides: tuple[int, ...]
    """In elements, of each operand."""
    output_stride: int


def broadcast(*shapes: Shape) -> Shape | None:
    """The shape of a result, dimensions aligned at the right and 1 fitting any other; None where they do not fit."""
    sizes = side_by_side(shapes)
    result = tuple(max(each) for each in sizes)
    return result if all(size in (1, most) for each, most in zip(sizes, result, strict=True) for size in each) else None


def loops(*shapes: Shape) -> tuple[Loop, ...]:
    """Loops over the result of shapes that fit, at least one; neighbours through which all operands walk alike become one."""
    result: list[Loop] = []
    reach = [1] * len(shapes)
    elements = 1
    for sizes in reversed(side_by_side(shapes)):
        count = max(sizes)
        if count > 1:
            strides = tuple(step if size > 1 else 0 for step, size in zip(reach, sizes, strict=True))
            inner = result[-1] if result else None
            if inner and all(stride == inner.count * below for stride, below in zip(strides, inner.strides, strict=True)):
                result[-1] = Loop(inner.count * count, inner.strides, inner.output_stride)
            else:
                result.append(Loop(count, strides, elements))
        reach = [step * size for step, size in zip(reach, sizes, strict=True)]
        elements *= count
    return tuple(reversed(result)) or (Loop(1, (1,) * len(shapes), 1),)


def side_by_side(shapes: tuple[Shape, ...]) -> list[tuple[int, ...]]:
    """Dimension by dimension the sizes of all shapes."""
    rank = max(map(len, shapes))
    return list(zip(*(extended(shape, rank) for shape in shapes), strict=True))


def extended(shape: Shape, rank: int) -> Shape:
    """The shape with ones in front."""
    return (1,) * (rank - len(shape)) + shape
