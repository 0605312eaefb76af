"""Random LOGICAL_OR."""

from functools import partial

from plumbline.convert.operators.shared.binary.random_elementwise import random_elementwise

random_logical_or = partial(random_elementwise, operator="LOGICAL_OR", kinds=("BOOL", "BOOL"), result="BOOL")
