"""MIRROR_PAD: a tensor with a frame that mirrors it."""

from plumbline.convert.operators.mirror_pad.reference import TYPES, MirrorPadOptions, check_mirror_pad
from plumbline.convert.operators.shared.data_movement.code import data_movement

MIRROR_PAD = data_movement(
    "MIRROR_PAD",
    check_mirror_pad,
    "mirrored around",
    "up to 8 dimensions, constant paddings of 0 or more; REFLECT or SYMMETRIC",
    options=MirrorPadOptions,
    options_number=77,
    types=TYPES,
    moves_codes=True,
)
