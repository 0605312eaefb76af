"""TANH: the hyperbolic tangent of every code."""

from plumbline.convert.operators.shared.lookup.code import lookup
from plumbline.convert.operators.tanh.reference import check_tanh

TANH = lookup("TANH", check_tanh, "tanh(input)", "the output scale 1/128 and zero point 0", fixed_range=True)
