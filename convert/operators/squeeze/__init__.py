"""SQUEEZE: the same values without dimensions of 1."""

from plumbline.convert.operators.shared.same_bytes.code import same_bytes
from plumbline.convert.operators.squeeze.reference import SqueezeOptions, check_squeeze

SQUEEZE = same_bytes(
    "SQUEEZE",
    check_squeeze,
    "any type",
    types=("INT8", "UINT8", "INT16", "INT32", "BOOL"),
    options=SqueezeOptions,
    options_number=30,
)
