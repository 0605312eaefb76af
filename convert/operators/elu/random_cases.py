"""Random ELU."""

from functools import partial

from plumbline.convert.operators.shared.lookup.random_cases import random_unary

random_elu = partial(random_unary, operator="ELU")
