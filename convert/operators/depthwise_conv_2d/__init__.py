"""DEPTHWISE_CONV_2D: every output channel sees one channel of a window."""

from plumbline.convert.operators.depthwise_conv_2d.code import compile_depthwise_conv_2d
from plumbline.convert.operators.depthwise_conv_2d.reference import DepthwiseConv2DOptions, check_depthwise_conv_2d
from plumbline.convert.operators.registration import Elsewhere, Registration
from plumbline.convert.operators.shared.dsp import code as fast
from plumbline.convert.operators.shared.weighted.code import CONSTANTS
from plumbline.convert.operators.shared.weighted.reference import ACCEPTS, TYPES

DEPTHWISE_CONV_2D = Registration(
    name="DEPTHWISE_CONV_2D",
    check=check_depthwise_conv_2d,
    compile=compile_depthwise_conv_2d,
    accepts=f"{ACCEPTS}; any strides, dilations, padding and depth multiplier",
    version=7,
    types=TYPES,
    options=DepthwiseConv2DOptions,
    options_number=2,
    constants=(*CONSTANTS, *fast.CONSTANTS, "planes"),
    elsewhere={"chirale": Elsewhere(version=3)},
    weights_axis=-1,
)
