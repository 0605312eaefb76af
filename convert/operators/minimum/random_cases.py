"""Random MINIMUM."""

from functools import partial

from plumbline.convert.operators.minimum.reference import TYPES
from plumbline.convert.operators.shared.binary.random_elementwise import random_alike

random_minimum = partial(random_alike, operator="MINIMUM", types=TYPES)
