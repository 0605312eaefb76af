"""SHAPE: the dimensions of a tensor, which are known beforehand."""

from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shape.code import compile_shape
from plumbline.convert.operators.shape.reference import check_shape

SHAPE = Registration(
    name="SHAPE",
    check=check_shape,
    compile=compile_shape,
    accepts="of any type, as int32",
    types=("INT8", "UINT8", "INT16", "INT32", "BOOL"),
    version=1,
    options_number=55,
    constant_answer=True,
)
