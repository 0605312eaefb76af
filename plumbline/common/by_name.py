"""What is told for each input or output of a model stands under its name; a model that has one only tells it plainly, and it stands under ONLY."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

Item = TypeVar("Item")
ONLY = ""
"""In place of the name of the only one."""


def by_name(given: Item | Mapping[str, Item] | None) -> dict[str, Item]:
    """What was given, by the name that it is for; empty where nothing was."""
    if given is None:
        return {}
    return dict(given) if isinstance(given, Mapping) else {ONLY: given}


def plainly(found: Mapping[str, Item]) -> Item | dict[str, Item]:
    """The reverse of `by_name`."""
    return found[ONLY] if ONLY in found else dict(found)


def names_among(ends: Sequence[str]) -> tuple[str, ...]:
    """Under which names the inputs, or the outputs, of a model are told that are called so."""
    return (ONLY,) if len(ends) == 1 else tuple(ends)


def sentences_of(output: str, sentences: Iterable[str]) -> tuple[str, ...]:
    """What is said of an output, with its name before each sentence where there are several."""
    return tuple(f"output {output}: {each}" if output else each for each in sentences)
