"""CAST as C: a conversion of each element."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.cast.reference import check_cast
from plumbline.convert.operators.shared.binary.plain import compile_plain
from plumbline.convert.operators.step import Step


def compile_cast(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_cast` raises."""
    check_cast(operator)
    target, boolean = operator.outputs[0].dtype.name, operator.run_time_inputs[0].type == "BOOL"
    return compile_plain(check_cast, target, "{input} ? 1 : 0" if boolean else f"({target}_t){{input}}", ("input",), operator, name)
