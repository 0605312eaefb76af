"""ADD: the sum of two tensors."""

from plumbline.convert.operators.add.reference import AddOptions, check_add
from plumbline.convert.operators.registration import Elsewhere
from plumbline.convert.operators.shared.scaled_sum.code import scaled_sum

ADD = scaled_sum("ADD", check_add, options=AddOptions, options_number=11, version=5, elsewhere={"chirale": Elsewhere(version=2)})
