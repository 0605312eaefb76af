"""Names of things in generated C: short, readable, valid and different from one another."""

from __future__ import annotations

import re
from collections.abc import Iterable

from plumbline.convert.model.graph import Graph
from plumbline.convert.operators import registered

LONGEST = 40


def plain(name: str) -> str:
    """A C identifier made of `name`.

    A name without an underscore could be a keyword or a library function, one that ends in _t a type, and plumbline_ is taken: these get
    a prefix.
    """
    base = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower()[:LONGEST]
    good = "_" in base and not base[0].isdigit() and not base.endswith("_t") and not base.startswith("plumbline")
    return base if good else f"layer_{base}"


def identifiers(layers: Iterable[str]) -> list[str]:
    """One C identifier for each operator of a layer, in order; neither they nor those of their constants clash."""
    constants = {constant for each in registered().values() for constant in each.constants}
    taken: set[str] = set()
    result = []
    for layer in layers:
        base = name = plain(layer)
        number = 1
        while taken & (own := {name, *(f"{name}_{constant}" for constant in constants)}):
            number += 1
            name = f"{base}_{number}"
        taken |= own
        result.append(name)
    return result


def variable_names(graph: Graph, layers: Iterable[str]) -> list[str]:
    """One C identifier per variable, in order, so that those of their constants clash with no others, which operators of these layers have."""
    taken = set(identifiers(layers))
    result = []
    for variable in graph.variables:
        base = name = plain(variable.name)
        number = 1
        while f"{name}_beginning" in taken:
            number += 1
            name = f"{base}_{number}"
        taken.add(f"{name}_beginning")
        result.append(name)
    return result
