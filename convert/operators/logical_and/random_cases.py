"""Random LOGICAL_AND."""

from functools import partial

from plumbline.convert.operators.shared.binary.random_elementwise import random_elementwise

random_logical_and = partial(random_elementwise, operator="LOGICAL_AND", kinds=("BOOL", "BOOL"), result="BOOL")
