"""ZEROS_LIKE: as many zeros as a tensor has elements."""

from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.zeros_like.code import compile_zeros_like
from plumbline.convert.operators.zeros_like.reference import check_zeros_like

ZEROS_LIKE = Registration(
    name="ZEROS_LIKE",
    check=check_zeros_like,
    compile=compile_zeros_like,
    accepts="codes of 0, whatever the zero point is",
    types=("INT8", "INT32"),
    version=1,
    options_number=67,
    constant_answer=True,
)
