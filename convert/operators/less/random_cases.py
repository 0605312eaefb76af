"""Random LESS."""

from functools import partial

from plumbline.convert.operators.shared.comparison.random_cases import random_comparison
from plumbline.convert.operators.shared.comparison.reference import NUMBERS

random_less = partial(random_comparison, operator="LESS", types=NUMBERS)
