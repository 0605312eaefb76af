"""Tables of samples as people write them: .csv, .tsv and .txt, one sample a row, whatever the separator, the decimal mark and the encoding.

The csv module of Python splits the rows, because they are checked one by one here, so that a message can name the row.
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import re
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.errors import UsageError
from convert.file_kinds import kind_of
from convert.sample_values import FEWER, Found, check_count

LARGEST_TABLE = 1 << 29
"""Bytes of text, unpacked: some 50 million numbers, a third of what an array may hold."""
LONGEST_FIELD = 1 << 16
HINT = "Give one sample a row, the same separator between all numbers, and at most one header row."
TARGETS = ("target", "targets", "label", "labels", "class")
SEVERAL = re.compile("targets?_.+")
INDEX = ("", "index", "unnamed: 0", "id")
MISSING = ("na", "n/a", "null", "none", "?", "-", ".")
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?|[+-]?\d+,")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?|[+-]?(inf|infinity|nan)", re.IGNORECASE)
WHOLE = re.compile(r"[+-]?\d+")
SNIFFED, FIRST_LINES = 20, 200
"""Rows by which separator and decimal mark are told, and lines among which they are looked for."""
COMMENTS = ("#", "%", "//")


@dataclass(frozen=True)
class Line:
    """A row that holds something: its number in the file, from 1 on, and its fields without blanks around them."""

    number: int
    fields: tuple[str, ...]


def read_table(path: Path, name: str) -> Found:
    """The rows of a table as inputs (N, columns), and the columns of targets where a header row names them.

    Raises:
        UsageError: it is too large or empty, rows differ in length, or a field is no number; the message names the row and the column.
        OSError: it cannot be read.
    """
    text = Text(*decoded(path, name))
    head = list(itertools.islice(rows(text, name), SNIFFED))
    if not head:
        raise UsageError(f"{name} holds no samples.", HINT)
    header, first = split_header(head)
    if not first:
        raise UsageError(f"{name} holds a header row and no samples.", HINT)
    titles = list(header.fields) if header else []
    names = [each.lower() for each in titles]
    width, targets = len(titles or first[0].fields), target_columns(names, name)
    unnamed = [0] if names and not names[0] and width > 1 else []
    columns = [column for column in range(width) if column not in (*targets, *unnamed)]
    if not columns:
        raise UsageError(f"{name} has no column of inputs.", HINT)
    comma = any(DECIMAL_COMMA.fullmatch(field) for line in first for field in line.fields)
    body = rows(text, name)
    for _ in range(1 if header else 0):
        next(body)
    table = Table(name, titles, width, comma)
    values, fields, places = table.read(body, columns, targets)
    index = bool(unnamed)
    if names and names[0] in INDEX and not unnamed and len(columns) > 1 and counts(values[:, 0]):
        values, columns, index = values[:, 1:], columns[1:], True

    def place(at: tuple[int, ...]) -> str:
        return f"row {places[at[0]]}, column {table.titled(columns[at[1]])},"

    found = table.targets(fields, places, targets) if targets else None
    return Found(values, found, "targets", place, noted(header, index, [titles[column] for column in targets]))


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
            stripped = tuple(field.strip().strip("\"'").strip() for field in fields)
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


def split_header(lines: list[Line]) -> tuple[Line | None, list[Line]]:
    """The first row apart, where it names columns: none of its fields is a number, or they count 0, 1, 2 ... as pandas names columns."""
    first, others = lines[0], lines[1:]
    fields = [field for field in first.fields if field]
    if not any(numeric(field) for field in fields):
        return first, others
    counts = fields == [str(place) for place in range(len(fields))]
    if counts and len(fields) > 2 and others and (not first.fields[0] or any(not WHOLE.fullmatch(each) for each in others[0].fields)):
        return first, others
    return None, lines


def numeric(field: str) -> bool:
    return bool(NUMBER.fullmatch(field) or DECIMAL_COMMA.fullmatch(field))


def target_columns(names: list[str], name: str) -> list[int]:
    """The columns that hold targets.

    Raises:
        UsageError: more than one column claims to be the only one.
    """
    one = [column for column, each in enumerate(names) if each in TARGETS]
    several = [column for column, each in enumerate(names) if SEVERAL.fullmatch(each)]
    if len(one) > 1 or (one and several):
        claimed = ", ".join(names[column] for column in one + several)
        raise UsageError(f"{name} has several columns of targets: {claimed}.", "Keep one, or name them target_0, target_1 and so on.")
    return one or several


def counts(values: NDArray[np.float64]) -> bool:
    """Whether a column (N,) counts the rows, from 0 or from 1 on."""
    return values[0] in (0, 1) and bool((values == values[0] + np.arange(len(values))).all())


@dataclass(frozen=True)
class Table:
    """How the fields of a table are read."""

    name: str
    columns: list[str]
    """What the header row calls them; empty without one."""
    width: int
    comma: bool
    """Whether the decimal mark is a comma."""

    def read(self, body: Iterator[Line], columns: list[int], targets: list[int]) -> tuple[NDArray[np.float64], list[tuple[str, ...]], list[int]]:
        """Some columns of all rows as numbers (N, columns), the fields of those of targets, and the rows' numbers in the file.

        Raises:
            UsageError: a row has another length, a field is no number, or there are too many.
        """
        values, fields, places = array("d"), [], []
        for line in body:
            if len(line.fields) != self.width:
                told = f"row {line.number} has {len(line.fields)} columns, the rows before it have {self.width}"
                raise UsageError(f"{self.name}: {told}.", HINT)
            values.extend(self.numbers(line, columns))
            places.append(line.number)
            fields.append(tuple(line.fields[column] for column in targets))
            check_count(len(values), self.name)
        return np.array(values).reshape(len(places), len(columns)), fields, places

    def numbers(self, line: Line, columns: list[int]) -> list[float]:
        """Some fields of a row.

        Raises:
            UsageError: one is no number.
        """
        try:
            return [float(plain(line.fields[column], self.comma)) for column in columns]
        except ValueError:
            column = next(each for each in columns if not is_number(line.fields[each], self.comma))
        field, place = line.fields[column], f"{self.name}: row {line.number}, column {self.titled(column)},"
        if not field or field.lower() in MISSING:
            raise UsageError(f"{place} is empty.", "Leave such samples out, or put a number in their place.")
        if self.comma and "." in field:
            hint = "Write all numbers in one way, without thousands separators."
            raise UsageError(f"{place} holds {field[:40]!r} among decimal commas.", hint)
        hint = "Leave such columns out, or name the column of targets `target` or `label` in a header row."
        raise UsageError(f"{place} holds {field[:40]!r}, which is no number.", hint)

    def targets(self, fields: list[tuple[str, ...]], places: list[int], columns: list[int]) -> NDArray[Any]:
        """Targets (N,) or, of several columns, (N, T): integers where all are written so, texts where one column holds any.

        Raises:
            UsageError: a field is empty, or no number among several columns.
        """
        for place, found in zip(places, fields, strict=True):
            if not all(found):
                raise UsageError(f"{self.name}: row {place} has no target.", "Leave such samples out.")
        if len(columns) == 1 and not all(is_number(found[0], self.comma) for found in fields):
            return np.array([found[0] for found in fields])
        alone = replace(self, columns=[self.columns[column] for column in columns])
        values = np.array([alone.numbers(Line(place, found), list(range(len(columns)))) for place, found in zip(places, fields, strict=True)])
        whole = all(WHOLE.fullmatch(each) for found in fields for each in found) and bool((np.abs(values) < 2**53).all())
        values = values.astype(np.int64) if whole else values
        return values[:, 0] if len(columns) == 1 else values

    def titled(self, column: int) -> str:
        return f"{column + 1} ({self.columns[column]!r})" if self.columns and self.columns[column] else str(column + 1)


def plain(field: str, comma: bool) -> str:
    """A number as Python reads it; "" is none, and what Python reads beyond a number's usual forms is none either."""
    if comma and DECIMAL_COMMA.fullmatch(field):
        return field.replace(",", ".")
    if comma and "." in field:
        return ""
    return field if NUMBER.fullmatch(field) else ""


def is_number(field: str, comma: bool) -> bool:
    try:
        float(plain(field, comma))
    except ValueError:
        return False
    return True


def noted(header: Line | None, index: bool, targets: list[str]) -> tuple[str, ...]:
    """What a person should know of how the table was read."""
    if header is None:
        return ()
    notes = ["the first row is a header"]
    notes += ["the first column counts the rows and is left out"] if index else []
    notes += [f"the targets are in {', '.join(targets[:8])}{' and so on' if len(targets) > 8 else ''}"] if targets else []
    return tuple(notes)
