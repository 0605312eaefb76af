"""ASSIGN_VARIABLE: what a variable holds from now on, in this inference and the next."""

from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.variables.code import compile_assign_variable
from plumbline.convert.operators.shared.variables.reference import TYPES, check_assign_variable

ASSIGN_VARIABLE = Registration(
    name="ASSIGN_VARIABLE",
    check=check_assign_variable,
    compile=compile_assign_variable,
    accepts="a variable of the same type and size; a constant too",
    types=TYPES,
    version=1,
    constants=("value",),
    remembers=True,
    moves_codes=True,
)
