"""READ_VARIABLE: what the inference before, or a reset, left in a variable."""

from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.variables.code import compile_read_variable
from plumbline.convert.operators.shared.variables.reference import TYPES, check_read_variable

READ_VARIABLE = Registration(
    name="READ_VARIABLE",
    check=check_read_variable,
    compile=compile_read_variable,
    accepts="a variable that something assigns, of the same type and size",
    types=TYPES,
    version=1,
    remembers=True,
    moves_codes=True,
)
