"""Reads an options table of the schema into the dataclass that the operators' folders have for it."""

from __future__ import annotations

import functools
from typing import Any

from plumbline.convert.model.flatbuffer_view import Table
from plumbline.convert.operators import registered
from plumbline.convert.operators.options import read_as


@functools.cache
def known_options() -> dict[int, type[Any]]:
    """Dataclasses by their table's number in the union BuiltinOptions."""
    return {each.options_number: each.options for each in registered().values() if each.options is not None}


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
