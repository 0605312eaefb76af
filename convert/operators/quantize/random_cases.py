"""Random QUANTIZE."""

from functools import partial

from plumbline.convert.operators.shared.lookup.random_cases import random_unary

random_quantize = partial(random_unary, operator="QUANTIZE")
