"""LESS: which elements of the first operand are below the second's."""

from plumbline.convert.operators.less.reference import check_less
from plumbline.convert.operators.shared.comparison.code import registration
from plumbline.convert.operators.shared.comparison.reference import NUMBERS

LESS = registration("LESS", "<", check_less, NUMBERS, version=4)
