"""REDUCE_ALL: whether all along axes are true."""

from plumbline.convert.operators.reduce_all.code import compile_reduce_all
from plumbline.convert.operators.reduce_all.reference import check_reduce_all
from plumbline.convert.operators.registration import LACKS, Registration
from plumbline.convert.operators.shared.reduction.code import REDUCER

REDUCE_ALL = Registration(
    "REDUCE_ALL", check_reduce_all, compile_reduce_all, "booleans; any constant axes", ("BOOL",), elsewhere={"chirale": LACKS}, **REDUCER
)
