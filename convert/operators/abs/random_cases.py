"""Random ABS."""

from functools import partial

from plumbline.convert.operators.shared.lookup.random_cases import random_unary

random_abs = partial(random_unary, operator="ABS", wide=True)
