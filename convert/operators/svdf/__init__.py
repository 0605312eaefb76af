"""SVDF: filters over what it saw in the latest inferences."""

from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.svdf.code import compile_svdf
from plumbline.convert.operators.svdf.reference import SVDFOptions, check_svdf, multiply_accumulates

SVDF = Registration(
    name="SVDF",
    check=check_svdf,
    compile=compile_svdf,
    accepts="a state of int8, or of int16 around 0, with time weights of the same type; constant weights of one scale each; a constant bias",
    version=4,
    options=SVDFOptions,
    options_number=6,
    constants=("weights", "time", "bias", "state", "output"),
    weights_axis=0,
    macs=multiply_accumulates,
    remembers=True,
)
