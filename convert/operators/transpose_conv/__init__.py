"""TRANSPOSE_CONV: every input pixel adds to a window of the output."""

from plumbline.convert.operators.registration import Elsewhere, Registration
from plumbline.convert.operators.shared.weighted.code import CONSTANTS
from plumbline.convert.operators.shared.weighted.reference import TYPES
from plumbline.convert.operators.transpose_conv.code import compile_transpose_conv
from plumbline.convert.operators.transpose_conv.reference import ACCEPTS, TransposeConvOptions, check_transpose_conv, multiply_accumulates

TRANSPOSE_CONV = Registration(
    name="TRANSPOSE_CONV",
    check=check_transpose_conv,
    compile=compile_transpose_conv,
    accepts=ACCEPTS,
    types=TYPES,
    version=5,
    options=TransposeConvOptions,
    options_number=49,
    constants=CONSTANTS,
    elsewhere={"chirale": Elsewhere(version=3)},
    weights_axis=0,
    unread=0,
    macs=multiply_accumulates,
)
