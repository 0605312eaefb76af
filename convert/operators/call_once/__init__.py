"""CALL_ONCE: gives variables the values they have after a reset."""

from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.variables.handles import CallOnceOptions, check_resolved, compile_resolved

CALL_ONCE = Registration(
    name="CALL_ONCE",
    check=check_resolved,
    compile=compile_resolved,
    accepts="assigns constants to variables, before anything reads or assigns them",
    version=1,
    options=CallOnceOptions,
    options_number=103,
    resolved=True,
)
