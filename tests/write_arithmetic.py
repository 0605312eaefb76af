"""Operators that compute element by element, for `tflite_writer.write_graph`."""

from __future__ import annotations

from tests.tflite_writer import OperatorSpec, activated

BINARY = {"ADD": (0, 11), "SUB": (41, 28)}
"""Number in BuiltinOperator and of the options table."""


def binary(name: str, inputs: tuple[int, int], output: int, activation: str = "NONE") -> OperatorSpec:
    """An ADD or SUB."""
    code, kind = BINARY[name]
    return OperatorSpec(code, 2, inputs, (output,), kind, activated(0, activation))
