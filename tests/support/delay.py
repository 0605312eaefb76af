"""The smallest model with a state."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import RESOURCE, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.variables.handles import CallOnceOptions, VarHandleOptions

CODES = ((0.5,), (-7,))
HANDLE = TensorSpec("handle", (), kind=RESOURCE)


def handle(name: str = "state", container: str = "", output: int = 1) -> CaseOperator:
    return CaseOperator("VAR_HANDLE", (), (output,), VarHandleOptions(container, name))


def delay() -> Case:
    """Answers the input of the inference before; the first one, what CALL_ONCE assigns."""
    tensors = [TensorSpec("input", (1, 3), *CODES), HANDLE, TensorSpec("before", (1, 3), *CODES)]
    operators = [
        CaseOperator("CALL_ONCE", (), (), CallOnceOptions(1)),
        handle(),
        CaseOperator("READ_VARIABLE", (1,), (2,)),
        CaseOperator("ASSIGN_VARIABLE", (1, 0), ()),
    ]
    value = TensorSpec("value", (1, 3), *CODES, data=np.array([[1, 2, 3]], np.int8))
    once = Case([HANDLE, value], [handle(output=0), CaseOperator("ASSIGN_VARIABLE", (0, 1), ())], (), ())
    return Case(tensors, operators, (0,), (2,), (once,))
