"""What compiling an operator results in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from plumbline.convert.operators.constants import Constant


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
    in_place: tuple[int, ...] = ()
    """Run-time inputs, numbered in the order of the function's arguments, whose bytes the output may take: they are as large as it, and none of
    their elements is read after the output's element at its place, or one behind it, was written."""
    same_bytes: bool = False
    """Whether the only output is the first run-time input in another shape; then it has no template."""
    scratch_bytes: int = 0
    """Memory of its own while it runs: the last argument of its function."""
    parts: tuple[int, ...] = ()
    """Where each output begins in the only run-time input, in bytes, where they are nothing but its parts: they may lie there."""
    joins: tuple[int, ...] = ()
    """Where each run-time input begins in the only output, in bytes, where this is nothing but these, each of them once: they may lie there."""
    copies: bool = False
    """Whether its function copies one tensor to another as it is: nothing is left to do where the planner gives both the same bytes."""
    shows_variable: bool = False
    """Whether its output is its first variable as it is afterwards, and no argument of its function."""
    ends: bool = False
    """Whether its function returns 0 where the inference ends with it; the model's outputs then stay as they were."""
