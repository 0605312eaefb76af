"""LOGICAL_OR: where one operand is true."""

from plumbline.convert.operators.logical_or.reference import TYPES, check_logical_or
from plumbline.convert.operators.shared.binary.plain import registration

LOGICAL_OR = registration("LOGICAL_OR", check_logical_or, "disjunction", "{first} || {second}", types=TYPES, version=1)
