"""Texts of tables: their encoding, their separator, and their rows, whatever program wrote them.

The csv module of Python splits the rows, because they are checked one by one, so that a message can name the row.
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from plumbline.common.errors import UsageError
from plumbline.convert.importers.file_kinds import kind_of
from plumbline.convert.importers.samples.values import FEWER

LARGEST_TABLE = 1 << 29
"""Bytes of text, unpacked: some 50 million numbers, a third of what an array may hold."""
LONGEST_FIELD = 1 << 16
HINT = "Give one sample a row, the same separator between all numbers, and at most one header row."
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?|[+-]?\d+,")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(inf|infinity|nan)", re.IGNORECASE)
SNIFFED, FIRST_LINES = 20, 200
"""Rows by which separator and decimal mark are told, and lines among which they are looked for."""
COMMENTS = ("#", "%", "//")


@dataclass(frozen=True)
class Line:
    """A row that holds something: its number in the file, from 1 on, and its fields without blanks around them."""

    number: int
    fields: tuple[str, ...]


def decoded(path: Path, name: str) -> tuple[bytes, str]:
    """The bytes of a file and their encoding: UTF-8, or UTF-16 and UTF-32 by their byte-order mark or their zeros, or the code page of Western
    Windows.

    Raises:
        UsageError: it is too large, or a damaged gzip file.
        OSError: it cannot be read.
    """
    out = io.BytesIO()
    try:
        with gzip.open(path) if kind_of(path).name == "gzip" else path.open("rb") as file:
            while block := file.read(1 << 20):
                out.write(block)
                if out.tell() > LARGEST_TABLE:
                    raise UsageError(f"{name} holds more than {LARGEST_TABLE:,} bytes of text.", FEWER)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UsageError(f"{name} is a damaged gzip file: {error}.", "Compress it anew.") from error
    raw = out.getvalue()
    encodings = ["utf-8-sig", "cp1252"]
    if raw[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        encodings.insert(0, "utf-32")
    elif raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings.insert(0, "utf-16")
    elif b"\0" in raw[:1024]:
        even = raw[:1024:2].count(0) > raw[1:1024:2].count(0)
        encodings.insert(0, "utf-16-be" if even else "utf-16-le")
    for encoding in encodings:
        try:
            raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return raw, encoding
    return raw, "latin-1"  # which takes every byte


@dataclass(frozen=True)
class Text:
    """A text that is read line by line, more than once."""

    raw: bytes
    encoding: str

    def lines(self) -> Iterator[str]:
        """The lines without their ends, whatever these are."""
        with io.TextIOWrapper(io.BytesIO(self.raw), self.encoding) as file:
            for line in file:
                yield line.strip("\n\x1a\ufeff")


def rows(text: Text, name: str) -> Iterator[Line]:
    """The rows that hold something, comments left out.

    Raises:
        UsageError: a field has no end, or there are zero bytes.
    """
    head = [line for line in itertools.islice(text.lines(), FIRST_LINES) if line.strip() and not line.lstrip().startswith(COMMENTS)]
    told = re.fullmatch("sep=(.)", head[0].strip()) if head else None  # Excel's way to say it
    separator = told[1] if told else sniffed(head[:SNIFFED])

    def kept() -> Iterator[str]:
        for line in text.lines():
            if "\0" in line:
                raise UsageError(f"{name} holds zero bytes: it is no text.", "Save it as CSV in UTF-8.")
            aside = line.lstrip().startswith(COMMENTS) or (told and line == head[0])
            yield "" if aside else line

    csv.field_size_limit(LONGEST_FIELD)
    if separator == " ":
        split = ((number, line.split()) for number, line in enumerate(kept(), 1))
    else:
        reader = csv.reader(kept(), delimiter=separator, skipinitialspace=True)
        split = ((reader.line_num, fields) for fields in reader)
    try:
        for number, fields in split:
            stripped = tuple(field.strip().strip("\"'").strip().replace("\N{MINUS SIGN}", "-") for field in fields)
            if any(stripped):
                yield Line(number, stripped)
    except csv.Error as error:
        raise UsageError(f"{name} cannot be read as a table: {error}.", HINT) from error


def sniffed(lines: list[str]) -> str:
    """The separator of some rows: a semicolon, a tab, a bar, a comma, or blanks."""
    bare = [re.sub('"[^"]*"', '""', line) for line in lines]
    for separator in (";", "\t", "|"):
        if bare and all(separator in line for line in bare):
            return separator
    if not any("," in line for line in bare):
        return next((each for each in (";", "\t", "|") if any(each in line for line in bare)), " ")
    words = [word for line in bare for word in line.split()]
    spaced = all(len(line.split()) > 1 for line in bare)
    return " " if spaced and all(DECIMAL_COMMA.fullmatch(word) or (NUMBER.fullmatch(word) and "." not in word) for word in words) else ","
