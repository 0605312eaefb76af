"""The same bytes as C: nothing, since the planner gives both shapes the same memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.same_bytes.reference import SameBytes
from plumbline.convert.operators.step import Step


def same_bytes(name: str, check: Callable[[Operator], SameBytes], accepts: str, **traits: Any) -> Registration:
    """Register an operator that changes a shape alone; `traits` are further fields of Registration."""
    return Registration(name, check, partial(compile_same_bytes, check), accepts, version=1, moves_codes=True, same_bytes=True, **traits)


def compile_same_bytes(check: Callable[[Operator], SameBytes], operator: Operator, name: str) -> Step:
    """Check an operator that leaves no code. Raises what its check raises."""
    check(operator)
    return Step(name, None, (), (), {}, same_bytes=True)
