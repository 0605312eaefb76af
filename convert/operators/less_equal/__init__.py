"""LESS_EQUAL: which elements of the first operand are not above the second's."""

from plumbline.convert.operators.less_equal.reference import check_less_equal
from plumbline.convert.operators.shared.comparison.code import registration
from plumbline.convert.operators.shared.comparison.reference import NUMBERS

LESS_EQUAL = registration("LESS_EQUAL", "<=", check_less_equal, NUMBERS, version=4)
