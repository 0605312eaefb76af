"""Random MAXIMUM."""

from functools import partial

from plumbline.convert.operators.maximum.reference import TYPES
from plumbline.convert.operators.shared.binary.random_elementwise import random_alike

random_maximum = partial(random_alike, operator="MAXIMUM", types=TYPES)
