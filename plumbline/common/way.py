"""The way a model came: from a recipe, as a .tflite or as a .keras file. What mends a problem differs with it, so hints are chosen by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum


class Way(Enum):
    """How the model that is being worked on came here."""

    RECIPE = "recipe"
    TFLITE = "tflite"
    KERAS = "keras"


_way: ContextVar[Way] = ContextVar("way", default=Way.RECIPE)


@contextmanager
def came_as(way: Way) -> Iterator[None]:
    """While the block runs, `advice` speaks to a user whose model came this way."""
    token = _way.set(way)
    try:
        yield
    finally:
        _way.reset(token)


def way() -> Way:
    """How the model that is being worked on came here."""
    return _way.get()


def advice(*, recipe: str, keras: str, tflite: str) -> str:
    """The hint for the way the model came, each a sentence that the user can follow from there."""
    return {Way.RECIPE: recipe, Way.KERAS: keras, Way.TFLITE: tflite}[_way.get()]
