"""Random NOT_EQUAL."""

from functools import partial

from plumbline.convert.operators.shared.comparison.random_cases import random_comparison
from plumbline.convert.operators.shared.comparison.reference import VALUES

random_not_equal = partial(random_comparison, operator="NOT_EQUAL", types=VALUES)
