"""Operators, one folder each: what it accepts, its NumPy reference, its C, its random cases. A folder registers itself: no list names it.

Whoever wants to know which operators there are asks `registered`, and about one of them `named`; `engines.support_table` is for people.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from plumbline.convert.operators.registration import Registration


@functools.cache
def registered() -> Mapping[str, Registration]:
    """Every operator by its name in the schema, in order of the names: all that the packages beside this file register."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        if module.ispkg:
            package = importlib.import_module(f"{__name__}.{module.name}")
            found.update({each.name: each for each in vars(package).values() if isinstance(each, Registration)})
    return MappingProxyType(dict(sorted(found.items())))


def named(name: str) -> Registration | None:
    """The operator of that name, e.g. CONV_2D; None for one that is not supported."""
    return registered().get(name)


__all__ = ["Registration", "named", "registered"]
