"""Pixels of an image that move into its batches or channels and back: as the way from there into the image."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.checks import arity, refused
from plumbline.convert.operators.shared.data_movement.loops import Copy, Loop, simplified
from plumbline.convert.operators.shared.data_movement.reference import Moves, moved

Pair = tuple[int, int]


def from_batches(batches: int, sides: Pair, depth: int, block: Pair, crops: Pair, result: Pair) -> tuple[Copy, ...]:
    """Copies of `block[0] * block[1]` times as many images as there are `batches` into every so-manieth pixel of one each.

    Args:
        batches: of the result.
        sides: height and width of the source.
        depth: channels.
        block: how many pixels apart the pixels of one image come to lie.
        crops: rows and columns that are cut off in front.
        result: height and width of the result.
    """
    image, target = sides[0] * sides[1] * depth, result[0] * result[1] * depth
    if crops == (0, 0) and result == (sides[0] * block[0], sides[1] * block[1]):
        across = [Loop(block[0], block[1] * batches * image, result[1] * depth), Loop(block[1], batches * image, depth)]
        return (Copy(0, 0, 0, 0, simplified([*across, *pixels(batches, sides, sides[1] * depth, depth, block, result[1] * depth, image, target)])),)
    copies = []
    for number in range(block[0] * block[1]):
        shifts = tuple(shift - crop for shift, crop in zip(divmod(number, block[1]), crops, strict=True))
        firsts = [-(min(shift, 0) // each) for shift, each in zip(shifts, block, strict=True)]
        stops = [min(side, -((shift - end) // each)) for side, shift, end, each in zip(sides, shifts, result, block, strict=True)]
        counts = (stops[0] - firsts[0], stops[1] - firsts[1])
        if min(counts) > 0:
            loops = simplified(pixels(batches, counts, sides[1] * depth, depth, block, result[1] * depth, image, target))
            source = number * batches * image + (firsts[0] * sides[1] + firsts[1]) * depth
            row, column = (first * each + shift for first, each, shift in zip(firsts, block, shifts, strict=True))
            copies.append(Copy(0, 0, source, (row * result[1] + column) * depth, loops))
    return tuple(copies)


def pixels(batches: int, counts: Pair, row: int, depth: int, block: Pair, target_row: int, image: int, target: int) -> list[Loop]:
    """Loops over the batches, rows, columns and channels of a source."""
    return [
        Loop(batches, image, target),
        Loop(counts[0], row, block[0] * target_row),
        Loop(counts[1], depth, block[1] * depth),
        Loop(depth, 1, 1),
    ]


def depth_moves(operator: Operator, block: int, types: tuple[str, ...], *, back: bool) -> Moves:
    """Check a DEPTH_TO_SPACE operator, or with `back` a SPACE_TO_DEPTH, and work out its loops.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    arity(operator, 1)
    (source,), target = moved(operator, operator.inputs, operator.outputs, types), operator.outputs[0]
    deep, wide = (target, source) if back else (source, target)
    if block < 1 or len(deep.shape) != 4 or len(wide.shape) != 4:
        raise refused(operator, f"maps shape {source.shape} to {target.shape} by blocks of {block}")
    batches, height, width, depth = deep.shape
    if wide.shape != (batches, height * block, width * block, depth // (block * block)) or depth % (block * block):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} by blocks of {block}")
    copy = from_depth(batches, (height, width), wide.shape[3], block)
    return Moves((source.shape,), (target.shape,), target.type, (copy.swapped() if back else copy,))


def from_depth(batches: int, sides: Pair, depth: int, block: int) -> Copy:
    """A copy of images (batches, height, width, block * block * depth) into ones `block` times as high and wide, of `depth` channels."""
    height, width = sides
    run = block * depth  # lies together in both
    loops = [
        Loop(batches * height, width * block * run, block * width * run),
        Loop(block, run, width * run),
        Loop(width, block * run, run),
        Loop(run, 1, 1),
    ]
    return Copy(0, 0, 0, 0, simplified(loops))
