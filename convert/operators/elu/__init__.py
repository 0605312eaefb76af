"""ELU: codes, the exponential of those below 0 less 1."""

from plumbline.convert.operators.elu.reference import check_elu
from plumbline.convert.operators.shared.lookup.code import lookup

ELU = lookup("ELU", check_elu, "input, but exp(input) - 1 where it lies below 0", "any output scale", version=1)
