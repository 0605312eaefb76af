"""Chains of FULLY_CONNECTED for tests, random or given, as .tflite bytes."""

from __future__ import annotations

from dataclasses import replace

from plumbline.convert.operators import registered
from plumbline.convert.operators.fully_connected.random_cases import Dense, Model, chain, random_model
from plumbline.convert.operators.shared.checks import ACTIVATIONS
from tests.support.tflite_writer import INT8, spec, write_graph

FULLY_CONNECTED = registered()["FULLY_CONNECTED"].number


def write(model: Model, operator_version: int = 4, operator: int = FULLY_CONNECTED, input_type: int = INT8, layers: str = "dense") -> bytes:
    """The model as .tflite bytes, its layers called `layers`_0, `layers`_1, ..."""
    case = chain(model, layers)
    operators = [replace(spec(each), code=operator, version=operator_version) for each in case.operators]
    return write_graph([replace(case.tensors[0], kind=input_type), *case.tensors[1:]], operators, case.inputs, case.outputs)


__all__ = ["ACTIVATIONS", "FULLY_CONNECTED", "Dense", "Model", "random_model", "write"]
