"""Reads an options table of the schema into the dataclass that the operators' folders have for it."""

from __future__ import annotations

import functools
from dataclasses import fields
from typing import Any, cast

from plumbline.convert.model.flatbuffer_view import Table
from plumbline.convert.model.flexbuffer import whole_numbers
from plumbline.convert.operators import named, registered
from plumbline.convert.operators.options import read_as

CUSTOM_OPTIONS = 5
"""The field of an operator's table."""


@functools.cache
def known_options() -> dict[int, type[Any]]:
    """Dataclasses by their table's number in the union BuiltinOptions."""
    return {each.options_number: each.options for each in registered().values() if each.options is not None and each.options_number}


def read_options(name: str, number: int, table: Table | None) -> object | None:
    """The options of an operator.

    Args:
        name: of the operator, for messages.
        number: in the union BuiltinOptions.
        table: what the union holds.

    Returns:
        None where there is no table, or it is of a kind that no operator here asks for.

    Raises:
        ModelRefused: a field has a value the schema does not know.
    """
    options = known_options().get(number)
    return read_as(options, name, table) if options is not None and table is not None else None


def read_custom_options(name: str, table: Table) -> object | None:
    """The options of a custom operator: the numbers of its FlexBuffer in order, as far as its dataclass has fields for them.

    Raises:
        ModelRefused: the bytes are no FlexBuffer.
    """
    found = named(name)
    if found is None or found.options is None:
        return None
    raw = table.raw(CUSTOM_OPTIONS)
    numbers = whole_numbers(raw) if raw else ()
    return cast(object, found.options(**dict(zip((each.name for each in fields(found.options)), numbers, strict=False))))
