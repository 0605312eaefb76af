"""Random ADD."""

from functools import partial

from plumbline.convert.operators.add.reference import AddOptions
from plumbline.convert.operators.shared.binary.random_cases import random_binary

random_add = partial(random_binary, operator="ADD", options=AddOptions, clips=False)
