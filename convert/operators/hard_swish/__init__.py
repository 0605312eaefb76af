"""HARD_SWISH: every code times its share of a ramp from -3 to 3."""

from plumbline.convert.operators.hard_swish.reference import check_hard_swish
from plumbline.convert.operators.shared.lookup.code import lookup

HARD_SWISH = lookup(
    "HARD_SWISH",
    check_hard_swish,
    "input * min(max(input + 3, 0), 6) / 6",
    "an output scale above 1/128 of the input's",
    float_product=True,
    version=1,
)
