"""Errors in a notebook: Python shows the message of one that nobody catches, and with it the hint."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from plumbline.common.errors import PlumblineError

P = ParamSpec("P")
T = TypeVar("T")


def told(function: Callable[P, T]) -> Callable[P, T]:
    """The function, whose errors have their hint as a note, from Python 3.11 on."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except PlumblineError as error:
            if error.hint and hasattr(error, "add_note"):
                error.add_note(error.hint)
            raise

    return wrapped
