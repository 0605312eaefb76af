"""FULLY_CONNECTED: every output sees every input."""

from plumbline.convert.operators.fully_connected.code import compile_fully_connected
from plumbline.convert.operators.fully_connected.reference import FullyConnectedOptions, check_any_fully_connected
from plumbline.convert.operators.registration import Elsewhere, Registration
from plumbline.convert.operators.shared.dsp import code as fast
from plumbline.convert.operators.shared.weighted.code import CONSTANTS
from plumbline.convert.operators.shared.weighted.reference import ACCEPTS, TYPES

FULLY_CONNECTED = Registration(
    name="FULLY_CONNECTED",
    check=check_any_fully_connected,
    compile=compile_fully_connected,
    accepts=f"{ACCEPTS}; of one scale, weights may be computed at run time or have a zero point",
    version=12,
    types=TYPES,
    options=FullyConnectedOptions,
    options_number=8,
    constants=(*CONSTANTS, *fast.CONSTANTS, "slope", "offset", "first", "second"),
    float_product=True,
    elsewhere={"chirale": Elsewhere(version=4, per_channel=False)},
    weights_axis=0,
)
