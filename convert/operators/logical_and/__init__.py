"""LOGICAL_AND: where both operands are true."""

from plumbline.convert.operators.logical_and.reference import TYPES, check_logical_and
from plumbline.convert.operators.shared.binary.plain import registration

LOGICAL_AND = registration("LOGICAL_AND", check_logical_and, "conjunction", "{first} && {second}", types=TYPES, version=1)
