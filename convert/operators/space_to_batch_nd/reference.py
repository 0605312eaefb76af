"""SPACE_TO_BATCH_ND as integers."""

from __future__ import annotations

from plumbline.common.errors import UnsupportedOperator
from plumbline.convert.model.blockers import short
from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.batch_to_space_nd.reference import blocks, images
from plumbline.convert.operators.shared.checks import arity, refused
from plumbline.convert.operators.shared.data_movement.reference import Moves, moved
from plumbline.convert.operators.shared.data_movement.space import from_batches

TYPES = ("INT8",)
"""Of TFLM's kernel (SpaceToBatchNDEval in space_to_batch_nd.cc)."""


def check_space_to_batch_nd(operator: Operator) -> Moves:
    """Check a SPACE_TO_BATCH_ND operator and work out its loops: the way back of BATCH_TO_SPACE_ND.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is of a form the integer kernels do not have, or has paddings. TFLM fills them with a number that nothing has ever
            written: SpaceToBatchParams.output_offset, of which its Prepare knows nothing.
    """
    arity(operator, 3)
    (source,), target = moved(operator, operator.inputs[:1], operator.outputs, TYPES), operator.outputs[0]
    one, many = images(operator, source.shape), images(operator, target.shape)
    block, before, after = blocks(operator, len(source.shape), "paddings")
    if any((*before, *after)):
        raise UnsupportedOperator(
            f"Layer {short(operator.layer)}: SPACE_TO_BATCH_ND with paddings is filled by TensorFlow Lite Micro with whatever its memory held.",
            "Pad with a layer of its own in front (PAD is supported), by so much that none is left to do here.",
        )
    sides = (many[1] * block[0], many[2] * block[1])
    if many[0] != one[0] * block[0] * block[1] or one[1:3] != sides or many[3] != one[3]:
        raise refused(operator, f"maps shape {source.shape} to {target.shape} by blocks of {block}")
    (copy,) = from_batches(one[0], many[1:3], many[3], block, (0, 0), one[1:3])
    return Moves((source.shape,), (target.shape,), target.type, (copy.swapped(),))
