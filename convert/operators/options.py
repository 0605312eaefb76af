"""How an options table of the schema becomes a dataclass: each field says in its annotation where its value stands.

`activation: Annotated[str, choice(3, ACTIVATIONS)]` is the schema's field 3, a number that stands for one of these names. Whoever writes tables, as
tests do, goes by the same annotations.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast, get_type_hints

from plumbline.convert.model.flatbuffer_view import Table, damaged
from plumbline.convert.model.schema import ACTIVATIONS, PADDINGS, TENSOR_TYPES

CODES = {"Int8": "b", "Int32": "i", "Bool": "?"}
"""struct's letters of the whole numbers."""


@dataclass(frozen=True)
class Place:
    """Where in a table a value stands: in one field, or a tuple in several."""

    fields: tuple[int, ...]
    kind: str
    """Int8, Int32, Bool or Float32, Int32s for a vector, or String."""
    default: int = 0
    """What a missing field stands for."""
    names: Sequence[str] = ()
    """Of the values from 0 on, for an enumeration."""

    def read(self, operator: str, what: str, table: Table) -> Any:
        """The value; a number without a name is damage."""
        if self.kind == "Int32s":
            return table.integers(self.fields[0], "i")
        if self.kind == "String":
            return table.text(self.fields[0])
        if self.kind == "Float32":
            return table.real(self.fields[0])
        numbers = tuple(table.number(field, CODES[self.kind], self.default) for field in self.fields)
        if len(numbers) > 1:
            return numbers
        if self.names and not 0 <= numbers[0] < len(self.names):
            raise damaged(f"{operator} has the {what} {numbers[0]}")
        return self.names[numbers[0]] if self.names else bool(numbers[0]) if self.kind == "Bool" else numbers[0]


def whole(field: int, kind: str = "Int32") -> Place:
    """A whole number."""
    return Place((field,), kind)


def whole_numbers(field: int) -> Place:
    """A vector of them."""
    return Place((field,), "Int32s")


def pair(height: int, width: int, default: int = 0) -> Place:
    """Two whole numbers, (height, width)."""
    return Place((height, width), "Int32", default)


def real(field: int) -> Place:
    return Place((field,), "Float32")


def flag(field: int) -> Place:
    return Place((field,), "Bool")


def text(field: int) -> Place:
    """A string; empty where it is absent."""
    return Place((field,), "String")


def activation(field: int) -> Place:
    """A fused activation: NONE, RELU, RELU_N1_TO_1, RELU6, TANH or SIGN_BIT."""
    return Place((field,), "Int8", names=ACTIVATIONS)


def padding(field: int) -> Place:
    """SAME or VALID."""
    return Place((field,), "Int8", names=PADDINGS)


def tensor_type(field: int) -> Place:
    """A type by its name, FLOAT32 where the file says nothing."""
    return Place((field,), "Int8", names=TENSOR_TYPES)


def places(options: type[Any]) -> Mapping[str, Place]:
    """The place of each field of an options dataclass."""
    return _places(cast(Hashable, options))  # which mypy does not see in a class


@functools.cache
def _places(options: Hashable) -> Mapping[str, Place]:
    return {name: hint.__metadata__[0] for name, hint in get_type_hints(options, include_extras=True).items()}


def read_as(options: type[Any], operator: str, table: Table) -> Any:
    """A table as that dataclass.

    Args:
        options: an options dataclass.
        operator: its name, for messages.
        table: what the union BuiltinOptions holds.

    Raises:
        ModelRefused: a field has a value that the schema does not know.
    """
    return options(**{name: place.read(operator, name, table) for name, place in places(options).items()})
