"""GREATER_EQUAL: which elements of the first operand are not below the second's."""

from plumbline.convert.operators.greater_equal.reference import check_greater_equal
from plumbline.convert.operators.shared.comparison.code import registration
from plumbline.convert.operators.shared.comparison.reference import NUMBERS

GREATER_EQUAL = registration("GREATER_EQUAL", ">=", check_greater_equal, NUMBERS, version=4)
