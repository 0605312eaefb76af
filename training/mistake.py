"""What is wrong with a recipe, one thing or several at once, and how values are told apart that a person may have written."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from plumbline.common.errors import BadRecipe


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong: `what` goes on from "Recipe NAME", without a full stop; `hint` is a sentence."""

    what: str
    hint: str


def refusal(name: object, found: list[Mistake]) -> BadRecipe:
    """One error for at least one mistake; of several each is a line with its hint."""
    if len(found) == 1:
        return BadRecipe(f"Recipe {name} {found[0].what}.", found[0].hint)
    lines = [f"- It {each.what}. {each.hint}" for each in found]
    return BadRecipe("\n".join([f"Recipe {name} has {len(found)} mistakes:", *lines]), "Mend them all; nothing was trained yet.")


def whole(value: object) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def real(value: object) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and math.isfinite(value)


def kind_of(value: object) -> str:
    """What a value is, in words of Python."""
    return "None" if value is None else f"a {type(value).__name__}"
