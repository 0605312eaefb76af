"""Operators that compute element by element, for `tflite_writer.write_graph`."""

from __future__ import annotations

from tests.support.tflite_writer import OperatorSpec, activated

BINARY = {"ADD": (0, 11), "MUL": (18, 21), "SUB": (41, 28)}
"""Number in BuiltinOperator and of the options table."""


def binary(name: str, inputs: tuple[int, int], output: int, activation: str = "NONE") -> OperatorSpec:
    """An ADD, MUL or SUB."""
    code, kind = BINARY[name]
    return OperatorSpec(code, 2, inputs, (output,), kind, activated(0, activation))


UNARY = {"DEQUANTIZE": 6, "LOGISTIC": 14, "RELU": 19, "RELU6": 21, "TANH": 28, "QUANTIZE": 114}
"""Number in BuiltinOperator; options that these have hold nothing."""


def unary(name: str, source: int = 0, output: int = 1) -> OperatorSpec:
    """A DEQUANTIZE, LOGISTIC, RELU, RELU6, TANH or QUANTIZE."""
    return OperatorSpec(UNARY[name], 2, (source,), (output,))


def leaky_relu(alpha: float, source: int = 0, output: int = 1) -> OperatorSpec:
    return OperatorSpec(98, 2, (source,), (output,), 75, ((0, "Float32", alpha),))


def mean(keep_dims: bool, source: int = 0, axes: int = 2, output: int = 1) -> OperatorSpec:
    """A MEAN over the axes that tensor `axes` holds."""
    return OperatorSpec(40, 2, (source, axes), (output,), 27, ((0, "Bool", keep_dims),))
