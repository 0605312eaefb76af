"""The tables of docs/reference, made from the code that they describe. `python -m tools.doc_tables NAME` prints one, without a name it lists them."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from inspect import getdoc
from typing import Any

from plumbline.common import boards as known
from plumbline.common import errors, wire
from plumbline.common.paths import ROOT
from plumbline.convert.model.schema import TENSOR_TYPES
from plumbline.convert.operators.engines import ENGINES, support_table
from plumbline.convert.operators.interpreted import INTERPRETED
from plumbline.host.verdict.schemas import published
from tools.doc_commands import commands
from tools.markdown import table

INTEGERS = {"b": "int8", "B": "uint8", "H": "uint16", "i": "int32", "I": "uint32", "q": "int64", "f": "float32"}
"""What the letters of `struct` mean on the line, little-endian."""

TARGET = re.compile(r"^([a-z-]+):.*?## (.+)$", re.MULTILINE)


def exit_codes() -> str:
    """Every error there is, with the command's own end."""
    rows = [("0", "", "PASS, or the command did what it was asked.")]
    rows += [(str(each.exit_code), f"`{each.__name__}`", " ".join((getdoc(each) or "").split())) for each in all_errors()]
    rows += [("141", "", "The program that read the output ended first, as `head` does. Nothing is printed.")]
    return table(("code", "error", "meaning"), sorted(rows, key=lambda row: int(row[0])))


def all_errors(parent: type[errors.PlumblineError] = errors.PlumblineError) -> Iterator[type[errors.PlumblineError]]:
    """The tree of errors, without its root."""
    for child in parent.__subclasses__():
        yield child
        yield from all_errors(child)


def messages() -> str:
    """What host and board ask and answer, with the bytes of each payload in order."""
    rows = (
        (str(int(each)), f"`{each.name}`", payload(wire.REQUESTS[each]), str(int(each) | wire.REPLY), payload(wire.REPLIES[each]))
        for each in wire.Request
    )
    return table(("type", "request", "its payload", "reply", "its payload"), rows)


def payload(layout: wire.Layout) -> str:
    """`offset uint32, bytes ...`, or nothing."""
    fixed = [f"{name} {INTEGERS[code]}" for name, code in layout.fields]
    return ", ".join([*fixed, *([f"{layout.rest} ..."] if layout.rest else [])]) or "-"


def fields() -> str:
    """The facts that a board says of itself."""
    rows = ((str(int(each)), f"`{each.name}`", "two int64" if code == "qq" else INTEGERS.get(code, code)) for each, code in wire.FIELD_CODES.items())
    return table(("field", "name", "value"), rows)


def wire_errors() -> str:
    """What a board refuses with."""
    return table(("code", "error"), [(str(int(each)), f"`{each.name}`") for each in wire.Error])


def engines() -> str:
    """The engines by their names in the table of operators."""
    return table(("engine", "what it is"), [(f"`{each.name}`", each.title) for each in ENGINES.values()])


def operators() -> str:
    """Each operator: the types of its data, the newest version that each engine runs, what is accepted, and what an engine does otherwise."""
    rows = []
    for each in support_table():
        rows.append((f"`{each.operator}`", kinds(each.types), *map(version, each.newest.values()), ". ".join([each.accepts, *each.notes])))
    return table(("operator", "types", *(each.name for each in ENGINES.values()), "what is accepted"), rows)


def interpreted() -> str:
    """Each operator that the compiler has not, and which library has it."""
    rows = []
    for name, each in sorted(INTERPRETED.items()):
        state = "its state lasts from one inference to the next" if each.remembers else ""
        rows.append((f"`{name.removeprefix('CUSTOM:')}`", "yes", "yes" if each.chirale else "refused", state))
    return table(("operator", "tflm", "chirale", ""), rows)


def kinds(types: tuple[str, ...]) -> str:
    """Types of data in the order of the schema, in small letters."""
    return ", ".join(each.lower() for each in sorted(types, key=TENSOR_TYPES.index)) or "none"


def version(newest: int | None) -> str:
    """The newest one that an engine runs."""
    return "refused" if newest is None else str(newest)


def boards() -> str:
    """The boards that have a description."""
    rows = (
        (f"`{each.name}`", each.title, f"{each.core}, {each.clock_hz / 1e6:g} MHz", f"{each.flash:,} B", f"{each.ram:,} B", known.usb_text(each.usb))
        for each in known.boards().values()
    )
    return table(("board", "what it calls itself", "core", "flash", "RAM", "USB"), rows)


def environments() -> str:
    """What firmware is built for them."""
    rows = (
        (f"`{each.name}`", f"`{each.board.name}`", each.engine, each.extra, f"{each.watchdog_s} s" if each.watchdog_s else "off", each.tested)
        for each in known.environments().values()
    )
    return table(("environment", "board", "engine", "also", "watchdog", "tested"), rows)


def targets() -> str:
    """What `make help` lists."""
    return table(("target", "what it does"), [(f"`make {name}`", text) for name, text in TARGET.findall((ROOT / "Makefile").read_text())])


def verdict(form: int = 0) -> str:
    """Every field of verdict.json, by its path; `[]` is each element of a list. `form` 0 is that of a run with a verdict, 1 of one without."""
    schema = published("verdict")
    return table(("field", "type", "meaning"), walk(followed(schema["anyOf"][form], schema), schema, ""))


def walk(schema: dict[str, Any], whole: dict[str, Any], path: str) -> Iterator[Sequence[str]]:
    """The rows of an object's fields, each before the fields within it."""
    for name, given in schema.get("properties", {}).items():
        part, here = followed(given, whole), f"{path}{name}"
        yield f"`{here}`", kind(part), part.get("description", "")
        yield from walk(part, whole, f"{here}.")
        if isinstance(part.get("items"), dict):
            yield from walk(followed(part["items"], whole), whole, f"{here}[].")


def followed(part: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """What a reference stands for, with what stands beside it; of a value or null, the value."""
    if "$ref" in part:
        found = whole
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return {**followed(found, whole), **{name: value for name, value in part.items() if name != "$ref"}}
    if "anyOf" in part:
        inner, beside = [followed(each, whole) for each in part["anyOf"]], {name: value for name, value in part.items() if name != "anyOf"}
        types = [kind(each) for each in inner]
        return {**next((each for each in inner if each.get("type") != "null"), {}), **beside, "type": list(dict.fromkeys(types))}
    return part


def kind(part: dict[str, Any]) -> str:
    """A field's type in a word or two."""
    if "const" in part:
        return json.dumps(part["const"])
    if "enum" in part:
        return ", ".join(json.dumps(each) for each in part["enum"])
    types = part.get("type", "any")
    return types if isinstance(types, str) else " or ".join(types)


TABLES: dict[str, Callable[[], str]] = {
    "exit-codes": exit_codes,
    "messages": messages,
    "fields": fields,
    "wire-errors": wire_errors,
    "engines": engines,
    "operators": operators,
    "interpreted": interpreted,
    "boards": boards,
    "environments": environments,
    "commands": commands,
    "targets": targets,
    "verdict": verdict,
    "no-verdict": lambda: verdict(1),
}


def main() -> None:
    """Print the table that was named, or the names."""
    print(TABLES[sys.argv[1]]() if len(sys.argv) > 1 else "\n".join(TABLES))


if __name__ == "__main__":
    main()
