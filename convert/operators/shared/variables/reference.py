"""Variables as integers: bytes that an inference leaves to the next one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.registration import Values
from plumbline.convert.operators.shared.checks import one_of, refused

TYPES = ("INT8", "UINT8", "INT16", "INT32", "BOOL")
"""Whose bytes are copied; what they stand for does not matter."""


@dataclass(frozen=True)
class ReadReference:
    """A variable's value."""

    variable: Tensor

    def answer(self, variable: Values) -> tuple[Values, Values]:
        """Answer values (N, elements) of the variable with themselves, and leave them to it."""
        return variable, variable


@dataclass(frozen=True)
class AssignReference:
    """A variable's next value."""

    variable: Tensor
    constant: Values | None
    """(elements,); None where the value is computed."""

    def answer(self, *values: Values) -> Values:
        """Answer the new value (N, elements), if it is computed, and the variable's old one with the new one."""
        return values[0] if self.constant is None else np.broadcast_to(self.constant, values[0].shape)


def check_read_variable(operator: Operator) -> ReadReference:
    """Check a READ_VARIABLE operator. Raises ModelRefused, UnsupportedOperator: see `copied`."""
    variable = copied(operator, operator.inputs[0] if len(operator.inputs) == 1 else None, operator.outputs[0])
    return ReadReference(variable)


def check_assign_variable(operator: Operator) -> AssignReference:
    """Check an ASSIGN_VARIABLE operator. Raises ModelRefused, UnsupportedOperator: see `copied`."""
    value = operator.inputs[0] if len(operator.inputs) == 1 else None
    variable = copied(operator, operator.outputs[0], value)
    return AssignReference(variable, value.values().ravel() if value is not None and value.data is not None else None)


def copied(operator: Operator, variable: Tensor | None, value: Tensor | None) -> Tensor:
    """The variable, of which TFLM copies all bytes whatever the other tensor's size and type are (micro_resource_variable.cc).

    Raises:
        ModelRefused: the sizes or types differ, which there overwrites other memory, or tells nothing of it.
        UnsupportedOperator: of a type that is not copied.
    """
    if variable is None or value is None or variable.initial is None or value.initial is not None:
        raise refused(operator, "lacks its variable or its value")
    one_of(operator, value, TYPES)
    if (variable.type, variable.elements) != (value.type, value.elements):
        raise refused(
            operator, f"copies {value.type} {list(value.shape)} where the variable {variable.name} is {variable.type} {list(variable.shape)}"
        )
    return variable
