"""READ_VARIABLE and ASSIGN_VARIABLE as C: all bytes from one place to another, or nothing where both are the same place."""

from __future__ import annotations

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.registration import Values
from plumbline.convert.operators.shared.variables.reference import check_assign_variable, check_read_variable
from plumbline.convert.operators.step import Step

TEMPLATE = "variables.c.j2"


def compile_read_variable(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_read_variable` raises."""
    variable = check_read_variable(operator).variable
    facts = {"path": variable.name, "what": "is read", "bytes": variable.bytes, "type": variable.c_type, "source": "variable", "target": "output"}
    return Step(name, TEMPLATE, (), (), facts | {"arguments": ("output", "variable")}, copies=True)


def compile_assign_variable(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_assign_variable` raises."""
    layer = check_assign_variable(operator)
    variable = layer.variable
    constants: tuple[Constant, ...] = ()
    source, arguments = "value", ["value", "variable"]
    if layer.constant is not None:
        constants, source, arguments = (Constant(f"{name}_value", as_bytes(layer.constant), f"what {name} assigns"),), f"{name}_value", ["variable"]
    facts = {"path": variable.name, "what": "is assigned", "bytes": variable.bytes, "type": variable.c_type, "source": source, "target": "variable"}
    return Step(name, TEMPLATE, (), constants, facts | {"arguments": arguments}, copies=layer.constant is None)


def as_bytes(values: Values) -> Values:
    """Booleans as the bytes that C has for them."""
    return values.view(np.uint8) if values.dtype == bool else values
