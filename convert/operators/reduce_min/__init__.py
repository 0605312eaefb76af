"""REDUCE_MIN: the smallest codes along axes."""

from plumbline.convert.operators.reduce_min.reference import check_reduce_min
from plumbline.convert.operators.registration import LACKS
from plumbline.convert.operators.shared.reduction.code import REDUCER, extreme

REDUCE_MIN = extreme(
    "REDUCE_MIN",
    check_reduce_min,
    accepts="any constant axes; one scale and zero point for input and output",
    elsewhere={"chirale": LACKS},
    **REDUCER,
)
