"""MINIMUM: the smaller of two elements."""

from plumbline.convert.operators.minimum.reference import TYPES, check_minimum
from plumbline.convert.operators.shared.binary.operands import BROADCAST
from plumbline.convert.operators.shared.binary.plain import registration

ACCEPTS = f"{BROADCAST}; codes are compared as they are, whatever their scales"

MINIMUM = registration("MINIMUM", check_minimum, "minimum", "{first} < {second} ? {first} : {second}", ACCEPTS, types=TYPES, version=4)
