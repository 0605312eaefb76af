"""Random LOGICAL_NOT."""

from functools import partial

from plumbline.convert.operators.shared.binary.random_elementwise import random_elementwise

random_logical_not = partial(random_elementwise, operator="LOGICAL_NOT", kinds=("BOOL",), result="BOOL")
