"""Random TANH."""

from functools import partial

from plumbline.convert.operators.shared.lookup.random_cases import random_unary

random_tanh = partial(random_unary, operator="TANH", answers=(1 / 128, 0), wide=True)
