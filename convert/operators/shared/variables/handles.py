"""VAR_HANDLE and CALL_ONCE, of which nothing is left once a model is read: see `importers.flatbuffer.variables`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, NoReturn

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import text, whole
from plumbline.convert.operators.shared.checks import unsupported


@dataclass(frozen=True)
class VarHandleOptions:
    """Options of VAR_HANDLE: together the name of a variable."""

    container: Annotated[str, text(0)]
    shared_name: Annotated[str, text(1)]


@dataclass(frozen=True)
class CallOnceOptions:
    """Options of CALL_ONCE."""

    init_subgraph_index: Annotated[int, whole(0)]


def check_resolved(operator: Operator) -> NoReturn:
    """Raises UnsupportedOperator for one that stands where the reader does not resolve it."""
    raise unsupported(operator, "in this place")


def compile_resolved(operator: Operator, name: str) -> NoReturn:
    """Raises what `check_resolved` raises."""
    check_resolved(operator)
