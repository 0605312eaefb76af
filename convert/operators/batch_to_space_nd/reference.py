"""BATCH_TO_SPACE_ND as integers."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.checks import arity, refused, unsupported
from plumbline.convert.operators.shared.data_movement.reference import Moves, integers, moved
from plumbline.convert.operators.shared.data_movement.space import Pair, from_batches

TYPES = ("INT8",)
"""Of TFLM's kernel (BatchToSpaceNDEval in batch_to_space_nd.cc)."""
Sides = tuple[int, int, int, int]


def check_batch_to_space_nd(operator: Operator) -> Moves:
    """Check a BATCH_TO_SPACE_ND operator and work out its loops.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    arity(operator, 3)
    (source,), target = moved(operator, operator.inputs[:1], operator.outputs, TYPES), operator.outputs[0]
    many, one = images(operator, source.shape), images(operator, target.shape)
    block, before, after = blocks(operator, len(source.shape), "crops")
    sides = tuple(side * each - front - back for side, each, front, back in zip(many[1:3], block, before, after, strict=True))
    if many[0] != one[0] * block[0] * block[1] or one[1:3] != sides or many[3] != one[3] or min(*before, *after) < 0:
        raise refused(operator, f"maps shape {source.shape} to {target.shape} by blocks of {block}")
    copies = from_batches(one[0], many[1:3], many[3], block, before, one[1:3])
    return Moves((source.shape,), (target.shape,), target.type, copies)


def images(operator: Operator, shape: tuple[int, ...]) -> Sides:
    """Batches, height, width and channels; of three dimensions the width is 1 (ExtendShapeBatchToSpace in batch_to_space_nd.h)."""
    if len(shape) not in (3, 4):
        raise unsupported(operator, f"of {len(shape)} dimensions")
    batches, height, *rest = shape
    return batches, height, rest[0] if len(rest) == 2 else 1, rest[-1]


def blocks(operator: Operator, rank: int, what: str) -> tuple[Pair, Pair, Pair]:
    """The block, and what the third input says of rows and columns in front and behind."""
    block = integers(operator, 1, "sides of a block", rank - 2)
    around = integers(operator, 2, what, 2 * (rank - 2))
    if min(block) < 1:
        raise refused(operator, f"has blocks of {block}")
    block, around = [*block, 1], [*around, 0, 0]
    return (block[0], block[1]), (around[0], around[2]), (around[1], around[3])
