"""SELECT_V2: elements of one operand where a condition holds, of another where it does not."""

from plumbline.convert.operators.select_v2.reference import TYPES, check_select_v2
from plumbline.convert.operators.shared.binary.plain import registration

NAMES = ("condition", "first", "second")
ACCEPTS = "a condition and two operands that broadcast as in NumPy, any of which may be constant; codes are taken as they are, whatever their scales"

SELECT_V2 = registration(
    "SELECT_V2", check_select_v2, "choice", "{condition} ? {first} : {second}", ACCEPTS, NAMES, types=("BOOL", *TYPES), version=2
)
