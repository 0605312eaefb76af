"""GREATER: which elements of the first operand are above the second's."""

from plumbline.convert.operators.greater.reference import check_greater
from plumbline.convert.operators.shared.comparison.code import registration
from plumbline.convert.operators.shared.comparison.reference import NUMBERS

GREATER = registration("GREATER", ">", check_greater, NUMBERS, version=3)
