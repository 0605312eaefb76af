"""PAD and PADV2: a tensor with a frame."""

from plumbline.convert.operators.pad.reference import TYPES, check_pad
from plumbline.convert.operators.shared.data_movement.code import data_movement

ACCEPTS = "1 to 5 dimensions, constant paddings of 0 or more"

PAD = data_movement("PAD", check_pad, "padded", ACCEPTS, options_number=22, types=TYPES, moves_codes=True)
PADV2 = data_movement("PADV2", check_pad, "padded", f"{ACCEPTS}, filled with a constant", types=TYPES, options_number=43, method="PadV2")
