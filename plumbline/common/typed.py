"""Does a value that came from a file have the type that its dataclass declares? Python itself does not ask."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any


def check(value: Any) -> None:
    """Look at every field of a dataclass, and of those in it.

    Raises:
        TypeError: names the first field whose value has another type than it declares.
    """
    hints = typing.get_type_hints(type(value))
    for field in fields(value):
        content = getattr(value, field.name)
        if not fits(content, hints[field.name]):
            raise TypeError(f"{field.name} is {str(content)[:40]!r}")
        for each in content if isinstance(content, tuple) else (content,):
            if is_dataclass(each):
                check(each)


def fits(value: Any, hint: Any) -> bool:
    """Whether a value is of a type: a class, a union, a literal, a tuple or a mapping of types. An int is a float too, a bool is no int."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return any(fits(value, each) for each in arguments)
    if origin is typing.Literal:
        return value in arguments
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        each = arguments[:1] * len(value) if arguments[-1] is Ellipsis else arguments
        return len(each) == len(value) and all(map(fits, value, each))
    if origin is not None and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(fits(key, arguments[0]) and fits(each, arguments[1]) for key, each in value.items())
    if hint in (int, float):
        return isinstance(value, (int, hint)) and not isinstance(value, bool)
    return isinstance(value, hint)
