"""Text that came from a file or a board, made harmless before a person sees it: no escape sequence, no invisible character, no line of its own."""

from __future__ import annotations

import difflib
import re
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


def indented(text: str, width: int) -> str:
    """Lines of which only the first begins at the margin: what a file or a board says cannot pass for a line of ours."""
    first, *rest = printable(text, keep="\n").split("\n")
    return "\n".join([first, *(" " * width + line for line in rest)])


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
