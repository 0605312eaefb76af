"""Text that came from a file or a board, made harmless before a person sees it: no escape sequence, no invisible character, no line of its own."""

from __future__ import annotations

import difflib
import re
import textwrap
import unicodedata
from collections.abc import Iterable

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Unicode's categories of what acts on a terminal, changes the order of what is shown, or shows nothing."""
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str, keep: str = "") -> str:
    """One line, with each character that a terminal would not simply show written as an escape: `\\x1b`, `\\u202e`, `\\n`.

    Args:
        text: from anywhere.
        keep: characters that may stay as they are, for instance line feeds.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(each if each in keep or unicodedata.category(each) not in _HIDDEN else _escaped(each) for each in text)


def indented(text: str, width: int, columns: int = 0) -> str:
    """Lines of which only the first begins at the margin: what a file or a board says cannot pass for a line of ours.

    Args:
        text: from anywhere.
        width: of what stands before the first line; the others begin with as many blanks.
        columns: of the terminal, for lines that are broken between words; 0 leaves them as they are.
    """
    lines = printable(text, keep="\n").split("\n")
    first, *rest = [part for line in lines for part in (broken(line, columns - width) if columns else [line])]
    return "\n".join([first, *(" " * width + line for line in rest)])


def broken(line: str, columns: int, indent: str = "") -> list[str]:
    """A line in parts of so many columns, broken between words; each but the first begins with `indent`."""
    if len(line) <= columns:
        return [line]
    wide = max(columns, 20)
    return textwrap.wrap(line, wide, subsequent_indent=indent, replace_whitespace=False, break_long_words=False, break_on_hyphens=False) or [""]


def utf8_text(text: str) -> str:
    """The text with a question mark for each byte of a file's name that is no UTF-8: a JSON file cannot hold it."""
    return text.encode("utf-8", "replace").decode()


def xml_text(text: str) -> str:
    """The text without what XML 1.0 cannot hold: a board may call itself anything."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def markdown_text(text: str) -> str:
    """One line of Markdown that shows the text: a name in it could break a table or place a link."""
    for special in "\\`*_[]<>|#!":
        text = text.replace(special, f"\\{special}")
    return text.replace("\n", " ")


def _escaped(character: str) -> str:
    number = ord(character)
    return _NAMED.get(character) or (f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}" if number < 65536 else f"\\U{number:08x}")


def first_line(error: Exception) -> str:
    """What an error says in its first line, or the name of its class."""
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def meant(name: str, known: Iterable[str]) -> str:
    """The name that was probably meant, as a sentence with a blank before it; empty where none is near."""
    near = difflib.get_close_matches(name.lower(), known, 1)
    return f" Did you mean {near[0]}?" if near else ""
