"""BROADCAST_ARGS: the shape to which two shapes broadcast."""

from plumbline.convert.operators.broadcast_args.code import CONSTANTS, compile_broadcast_args
from plumbline.convert.operators.broadcast_args.reference import check_broadcast_args
from plumbline.convert.operators.registration import Registration

BROADCAST_ARGS = Registration(
    name="BROADCAST_ARGS",
    check=check_broadcast_args,
    compile=compile_broadcast_args,
    accepts="shapes as int32 or int64, which must broadcast",
    types=("INT32",),
    version=1,
    constants=CONSTANTS,
)
