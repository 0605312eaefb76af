"""MEAN: averages over axes."""

from plumbline.convert.operators.mean.code import compile_mean
from plumbline.convert.operators.mean.reference import ReducerOptions, check_mean
from plumbline.convert.operators.registration import Registration

MEAN = Registration(
    name="MEAN",
    check=check_mean,
    compile=compile_mean,
    accepts="any constant axes; any output scale",
    options=ReducerOptions,
    options_number=27,
)
