"""EQUAL: which elements are equal."""

from plumbline.convert.operators.equal.reference import check_equal
from plumbline.convert.operators.shared.comparison.code import registration
from plumbline.convert.operators.shared.comparison.reference import VALUES

EQUAL = registration("EQUAL", "==", check_equal, VALUES, version=4)
