"""Random LOGISTIC."""

from functools import partial

from plumbline.convert.operators.shared.lookup.random_cases import random_unary

random_logistic = partial(random_unary, operator="LOGISTIC", answers=(1 / 256, -128), wide=True)
