"""PAD and PADV2: a tensor with a frame."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.pad.reference import check_pad
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.data_movement.code import CONSTANTS, compile_moves

COMPILE = partial(compile_moves, check_pad, "padded")
ACCEPTS = "1 to 5 dimensions, constant paddings of 0 or more; one scale and zero point"

PAD = Registration(
    name="PAD",
    check=check_pad,
    compile=COMPILE,
    accepts=ACCEPTS,
    options_number=22,
    constants=CONSTANTS,
    moves_codes=True,
)

PADV2 = Registration(
    name="PADV2",
    check=check_pad,
    compile=COMPILE,
    accepts=f"{ACCEPTS}; a constant value around it",
    options_number=43,
    constants=CONSTANTS,
    method="PadV2",
)
