"""Names of things in generated C: short, readable, valid and different from one another."""

from __future__ import annotations

import re

from plumbline.convert.graph import Graph, Operator
from plumbline.convert.operators import registered

LONGEST = 40


def layer_name(operator: Operator) -> str:
    """The layer's own name out of a path like `model_1/dense_1/MatMul`."""
    return own_name(operator.layer) or operator.name


def own_name(layer: str) -> str:
    """`dense_1` of `model_1/dense_1/MatMul`, the whole of a path with one part, and nothing of an empty one.

    A layer that batch normalization was folded into has several paths, `model_1/norm_1/batchnorm/mul;model_1/conv_1/depthwise`: it keeps its own.
    """
    paths = layer.split(";")
    own = [path for path in paths if "batchnorm" not in path.lower()] or paths
    parts = [part for path in own for part in re.split(r"[/:]", path) if part]
    return parts[-2] if len(parts) > 1 else "".join(parts)


def plain(name: str) -> str:
    """A C identifier made of `name`.

    A name without an underscore could be a keyword or a library function, one that ends in _t a type, and plumbline_ is taken: these get
    a prefix.
    """
    base = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower()[:LONGEST]
    good = "_" in base and not base[0].isdigit() and not base.endswith("_t") and not base.startswith("plumbline")
    return base if good else f"layer_{base}"


def identifiers(graph: Graph) -> list[str]:
    """One C identifier per operator, in order; neither they nor those of their constants clash."""
    constants = {constant for each in registered().values() for constant in each.constants}
    taken: set[str] = set()
    result = []
    for operator in graph.operators:
        base = name = plain(layer_name(operator))
        number = 1
        while taken & (own := {name, *(f"{name}_{constant}" for constant in constants)}):
            number += 1
            name = f"{base}_{number}"
        taken |= own
        result.append(name)
    return result
