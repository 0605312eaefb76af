"""IF and WHILE in C: the compiler lays out the operators of their graphs between those around them, see `codegen.layout`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.registration import Reference, Registration
from plumbline.convert.operators.step import Step


def runs_graphs(name: str, check: Callable[..., Reference], accepts: str, **traits: Any) -> Registration:
    """Register an operator that runs graphs; `traits` are further fields of Registration."""
    return Registration(
        name, check, partial(compile_graphs, check), accepts, version=1, constants=("value",), float_product=True, runs_graphs=True, **traits
    )


def compile_graphs(check: Callable[..., Reference], operator: Operator, name: str) -> Step:
    """Check an operator that has no function of its own. Raises what its check raises."""
    check(operator)
    return Step(name, None, (), (), {})
