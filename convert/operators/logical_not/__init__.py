"""LOGICAL_NOT: what is false becomes true, and the other way round."""

from plumbline.convert.operators.logical_not.reference import TYPES, check_logical_not
from plumbline.convert.operators.shared.binary.plain import registration

LOGICAL_NOT = registration("LOGICAL_NOT", check_logical_not, "opposite", "!{input}", "any shape", ("input",), types=TYPES, version=1)
