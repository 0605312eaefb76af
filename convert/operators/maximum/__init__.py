"""MAXIMUM: the larger of two elements."""

from plumbline.convert.operators.maximum.reference import TYPES, check_maximum
from plumbline.convert.operators.shared.binary.operands import BROADCAST
from plumbline.convert.operators.shared.binary.plain import registration

ACCEPTS = f"{BROADCAST}; codes are compared as they are, whatever their scales"

MAXIMUM = registration("MAXIMUM", check_maximum, "maximum", "{first} > {second} ? {first} : {second}", ACCEPTS, types=TYPES, version=4)
