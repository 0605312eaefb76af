"""CAST: the same whole numbers in another type."""

from plumbline.convert.operators.cast.code import compile_cast
from plumbline.convert.operators.cast.reference import SOURCES, check_cast
from plumbline.convert.operators.registration import Registration

CAST = Registration(
    name="CAST",
    check=check_cast,
    compile=compile_cast,
    accepts="to int8, int16 or int32; what does not fit loses its high bits",
    types=SOURCES,
    version=1,
    options_number=37,
)
