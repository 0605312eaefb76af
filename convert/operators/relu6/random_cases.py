"""Random RELU6."""

from functools import partial

from plumbline.convert.operators.shared.lookup.random_cases import random_unary

random_relu6 = partial(random_unary, operator="RELU6", one_scale=True, wide=True)
