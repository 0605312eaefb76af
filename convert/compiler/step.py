"""What compiling an operator results in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from convert.compiler.constants import Constant
from convert.compiler.planner import NOTHING, Needs


@dataclass(frozen=True)
class Step:
    """One operator ready to be printed."""

    name: str
    template: str | None
    """Beside the operator's module; its macro `define(step)` prints the C function. None: the planner leaves nothing to do."""
    helpers: tuple[str, ...]
    """C functions it calls, each in a template of that name."""
    constants: tuple[Constant, ...]
    facts: dict[str, Any]
    """What the template prints."""
    needs: Needs = NOTHING
    """What it needs of its memory besides its tensors; scratch memory is the last argument of its function."""
