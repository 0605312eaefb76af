"""Random SUB."""

from functools import partial

from plumbline.convert.operators.shared.binary.random_cases import random_binary
from plumbline.convert.operators.sub.reference import SubOptions

random_sub = partial(random_binary, operator="SUB", options=SubOptions)
