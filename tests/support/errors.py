"""Every error there is."""

from __future__ import annotations

from collections.abc import Iterator

from plumbline.common.errors import PlumblineError


def errors(parent: type[PlumblineError] = PlumblineError) -> Iterator[type[PlumblineError]]:
    for child in parent.__subclasses__():
        yield child
        yield from errors(child)
