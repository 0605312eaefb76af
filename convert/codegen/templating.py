"""The jinja2 environment all generated C comes from."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path

import jinja2

_HERE = Path(__file__).parent
FOLDERS = [
    _HERE / "templates",
    _HERE / "functions",
    *sorted(each for part in ("operators", "export") for each in (_HERE.parent / part).glob("**/") if any(each.glob("*.j2"))),
]


def rows(values: Iterable[object], width: int = 140, indent: str = "    ") -> str:
    """Values as the lines of a C initializer, without the braces."""
    lines, line = [], indent
    for value in values:
        item = f"{value},"
        if len(line) + len(item) > width and line != indent:
            lines.append(line.rstrip())
            line = indent
        line += item + " "
    return "\n".join([*lines, line.rstrip()])


def c_string(text: str) -> str:
    """A C string literal."""
    escaped = "".join(ch if 32 <= ord(ch) < 127 and ch not in '"\\?' else "".join(f"\\{byte:03o}" for byte in ch.encode()) for ch in text)
    return f'"{escaped}"'


def c_integer(value: int) -> str:
    """An integer as a C macro's value."""
    return f"({value})" if value < 0 else str(value)


def comment(text: str) -> str:
    """Text from a model that cannot end a C comment or continue its line."""
    return "".join(ch if ch.isprintable() and ch.isascii() else "?" for ch in text).replace("*/", "* /").replace("\\", "/")


def hexbyte(value: int) -> str:
    """A byte as a C literal."""
    return f"0x{value:02x}"


def indented(text: str, width: int) -> str:
    """Lines of C moved to the right, without the last line's end."""
    return "\n".join(" " * width + line if line else line for line in text.rstrip("\n").split("\n"))


@functools.cache
def environment() -> jinja2.Environment:
    """Undefined names are errors; nothing is escaped, since the output is no HTML. Compiled templates are kept."""
    result = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDERS),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    result.filters |= {"rows": rows, "hexbyte": hexbyte, "indented": indented, "c_string": c_string, "c_integer": c_integer, "comment": comment}
    return result
