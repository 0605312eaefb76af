"""The JSON files between the stages. A frozen dataclass is the form of each: what is written, what a reader holds a file to, and its JSON Schema."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_type_hints

import msgspec

Form = TypeVar("Form")
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""A whole number. Larger ones mean nothing here, and float64 arithmetic with them overflows sooner or later."""
Amount = Annotated[float, msgspec.Meta(ge=0)]
"""A finite number that is not negative."""
Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", max_length=64)]
LARGEST_FILE = 2**28
"""Bytes; a verdict of 100,000 comparisons has some 30 million."""


def to_json(document: Any, indent: int = 1) -> str:
    """A document as the text of its file: a field a line, in the order of the class, in ASCII. A number that is not finite becomes null."""
    return msgspec.json.format(json.dumps(_plain(document)), indent=indent) + "\n"


def read(path: Path, form: type[Form]) -> Form:
    """The document in a file that somebody may have damaged or made up. Raises as `contents`, `parse` and `conform`."""
    return conform(parse(contents(path)), form)


def contents(path: Path) -> bytes:
    """What stands in a file. Raises OSError where it cannot be read, ValueError where it is too large."""
    if path.stat().st_size > LARGEST_FILE:
        raise ValueError(f"it has more than {LARGEST_FILE:,} bytes")
    return path.read_bytes()


def parse(raw: bytes | str) -> Any:
    """A document of whatever form. Raises ValueError where it is no JSON or nested too deeply."""
    try:
        return msgspec.json.decode(raw)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except msgspec.DecodeError as error:
        raise ValueError(_sentence(error)) from error


def conform(given: Any, form: type[Form]) -> Form:
    """A document as its class.

    Args:
        given: what `parse` returned.
        form: the class, with the version that it reads as the default of its field `schema`.

    Raises:
        ValueError: it is of another version or does not have this form; says where.
    """
    found, version = given.get("schema") if isinstance(given, dict) else None, form.schema  # type: ignore[attr-defined]
    if found != version or isinstance(found, bool):
        raise ValueError(f"it has schema {found!r:.40}, this version reads {version}")
    try:
        document = msgspec.convert(given, form)
    except msgspec.ValidationError as error:
        raise ValueError(_sentence(error)) from error
    _refuse_unknown(given, msgspec.to_builtins(document))
    return document


def json_schema(title: str, *forms: type) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a document of one of these classes; what describes a field is its docstring."""
    schemas, classes = msgspec.json.schema_components(forms, ref_template="#/$defs/{name}")
    for each in {found for form in forms for found in _dataclasses(form)}:
        known = classes[each.__name__]
        known["additionalProperties"] = False
        told = dict(_docstrings(each))
        described = {field.name: {"description": told[field.name]} if field.name in told else {} for field in fields(each)}
        known["properties"] = {name: {**text, **known["properties"][name]} for name, text in described.items()}  # in the order of the file
    for form in forms:
        classes[form.__name__]["required"].insert(0, "schema")
    whole = {"anyOf": list(schemas)} if len(forms) > 1 else schemas[0]
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **whole, "$defs": classes}
    return dict(_plain(schema))


def _plain(value: Any) -> Any:
    """The dictionaries, lists and nulls that stand in the file."""
    return msgspec.json.decode(msgspec.json.encode(value))


def _refuse_unknown(given: Any, known: Any, where: str = "") -> None:
    """msgspec refuses unknown fields of its own Structs alone, and these are dataclasses."""
    if isinstance(given, dict):
        for name, each in given.items():
            if name not in known:
                raise ValueError(f"{where.removesuffix('.') or 'it'} has a field {name[:60]!r} that this version does not know")
            _refuse_unknown(each, known[name], f"{where}{name}.")
    elif isinstance(given, list):
        for number, (each, one) in enumerate(zip(given, known, strict=True)):
            _refuse_unknown(each, one, f"{where.removesuffix('.')}[{number}].")


def _sentence(error: msgspec.DecodeError) -> str:
    """msgspec's "Expected `int`, got `str` - at `$.arena.used`" as "arena.used: expected int, got str"."""
    said, _, place = str(error).replace("`", "").partition(" - at $")
    said = said[:1].lower() + said[1:] if not said.startswith("JSON") else said
    return f"{place.removeprefix('.')}: {said}" if place else said


def _dataclasses(hint: Any) -> Iterator[type]:
    """All that a type is made of, itself included."""
    if is_dataclass(hint) and isinstance(hint, type):
        yield hint
    for each in get_type_hints(hint).values() if is_dataclass(hint) else get_args(hint):
        yield from _dataclasses(each)


def _docstrings(form: type) -> Iterator[tuple[str, str]]:
    """What stands behind each field of a dataclass and of those it inherits from."""
    for each in reversed(form.__mro__[:-1]):
        (found,) = ast.parse(textwrap.dedent(inspect.getsource(each))).body
        assert isinstance(found, ast.ClassDef)
        for field, told in zip(found.body, found.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(told, ast.Expr):
                yield field.target.id, " ".join(str(ast.literal_eval(told.value)).split())
