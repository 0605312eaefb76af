"""SUB: the difference of two tensors."""

from plumbline.convert.operators.registration import Elsewhere
from plumbline.convert.operators.shared.scaled_sum.code import scaled_sum
from plumbline.convert.operators.sub.reference import SubOptions, check_sub

SUB = scaled_sum("SUB", check_sub, options=SubOptions, options_number=28, version=5, elsewhere={"chirale": Elsewhere(version=3)}, float_product=True)
