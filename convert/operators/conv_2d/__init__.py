"""CONV_2D: every output channel sees all channels of a window."""

from plumbline.convert.operators.conv_2d.code import compile_conv_2d
from plumbline.convert.operators.conv_2d.reference import Conv2DOptions, check_conv_2d
from plumbline.convert.operators.registration import Elsewhere, Registration
from plumbline.convert.operators.shared.dsp import code as fast
from plumbline.convert.operators.shared.weighted.code import CONSTANTS
from plumbline.convert.operators.shared.weighted.reference import ACCEPTS, TYPES

CONV_2D = Registration(
    name="CONV_2D",
    check=check_conv_2d,
    compile=compile_conv_2d,
    accepts=f"{ACCEPTS}; any strides, dilations, padding and groups",
    version=8,
    types=TYPES,
    options=Conv2DOptions,
    options_number=1,
    constants=(*CONSTANTS, *fast.CONSTANTS, "window"),
    elsewhere={"chirale": Elsewhere(version=3)},
    weights_axis=0,
)
