"""The C functions that operators call, each in a template of its name whose first line says which others it needs: the order they are printed in."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from plumbline.convert.codegen.templating import environment

NEEDS = re.compile(r"\{# needs ([\w, ]+) #\}\n")


@functools.cache
def needs(name: str) -> tuple[str, ...]:
    """The helpers that a helper calls itself."""
    loader = environment().loader
    assert loader is not None
    found = NEEDS.match(loader.get_source(environment(), f"{name}.c.j2")[0])
    return tuple(found[1].split(", ")) if found else ()


def in_order(names: Iterable[str]) -> list[str]:
    """The helpers and all that they need, every one after those it needs, otherwise by name."""
    result: list[str] = []

    def add(name: str) -> None:
        for needed in needs(name):
            add(needed)
        if name not in result:
            result.append(name)

    for name in sorted(set(names)):
        add(name)
    return result
