"""Random RELU."""

from functools import partial

from plumbline.convert.operators.shared.lookup.random_cases import random_unary

random_relu = partial(random_unary, operator="RELU", wide=True)
