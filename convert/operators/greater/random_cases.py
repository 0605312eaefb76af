"""Random GREATER."""

from functools import partial

from plumbline.convert.operators.shared.comparison.random_cases import random_comparison
from plumbline.convert.operators.shared.comparison.reference import NUMBERS

random_greater = partial(random_comparison, operator="GREATER", types=NUMBERS)
