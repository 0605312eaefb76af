"""VAR_HANDLE: names a variable for the operators that read and assign it."""

from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.variables.handles import VarHandleOptions, check_resolved, compile_resolved

VAR_HANDLE = Registration(
    name="VAR_HANDLE",
    check=check_resolved,
    compile=compile_resolved,
    accepts="one container for all variables of a name",
    version=1,
    options=VarHandleOptions,
    options_number=111,
    resolved=True,
)
