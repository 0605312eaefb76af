"""BROADCAST_ARGS as C, where a shape is computed at run time; elsewhere its answer is a constant."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.broadcast_args.reference import check_broadcast_args
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.step import Step

CONSTANTS = ("operand",)


def compile_broadcast_args(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_broadcast_args` raises."""
    layer = check_broadcast_args(operator)
    arrays = ["first" if layer.constants[0] is None else f"{name}_operand", "second" if layer.constants[1] is None else f"{name}_operand"]
    known = next((each for each in layer.constants if each is not None), None)
    facts = {
        "path": operator.title,
        "type": operator.outputs[0].c_type,
        "value": f"{operator.outputs[0].dtype.name}_t",
        "arguments": [array for array, constant in zip(("first", "second"), layer.constants, strict=True) if constant is None],
        "count": layer.count,
        "arrays": list(zip(arrays, layer.counts, strict=True)),
    }
    constants = () if known is None else (Constant(f"{name}_operand", known, "the shape that is a constant"),)
    return Step(name, "broadcast_args.c.j2", (), constants, facts)
