"""The formats of an export: each is a folder here, listed nowhere else."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from plumbline.convert.export.format import Format


@functools.cache
def formats() -> dict[str, Format]:
    """All formats by name, in order of their names."""
    found: dict[str, Format] = {}
    for module in pkgutil.iter_modules(__path__):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        found |= {each.name: each for each in vars(loaded).values() if isinstance(each, Format)}
    return dict(sorted(found.items()))
