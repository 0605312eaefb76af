"""NOT_EQUAL: which elements differ."""

from plumbline.convert.operators.not_equal.reference import check_not_equal
from plumbline.convert.operators.shared.comparison.code import registration
from plumbline.convert.operators.shared.comparison.reference import VALUES

NOT_EQUAL = registration("NOT_EQUAL", "!=", check_not_equal, VALUES, version=4)
