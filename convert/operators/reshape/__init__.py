"""RESHAPE: the same codes in another shape."""

from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.reshape.code import compile_reshape
from plumbline.convert.operators.reshape.reference import TYPES, ReshapeOptions, check_reshape

RESHAPE = Registration(
    name="RESHAPE",
    check=check_reshape,
    compile=compile_reshape,
    accepts="a constant shape",
    version=1,
    types=TYPES,
    options=ReshapeOptions,
    options_number=17,
    moves_codes=True,
    same_bytes=True,
)
