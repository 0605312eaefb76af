"""Tables of samples as people write them: .csv, .tsv and .txt, one sample a row, whatever the separator, the decimal mark and the encoding.

The csv module of Python splits the rows, because they are checked one by one here, so that a message can name the row.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.errors import UsageError
from convert.file_kinds import kind_of
from convert.sample_values import Found, check_count

LARGEST_TABLE = 1 << 30
"""Bytes of text, unpacked: some 100 million numbers, more than are taken."""
LONGEST_FIELD = 1 << 16
HINT = "Give one sample a row, the same separator between all numbers, and at most one header row."
TARGETS = ("target", "targets", "label", "labels", "class")
SEVERAL = re.compile("targets?_.+")
INDEX = ("", "index", "unnamed: 0", "id")
MISSING = ("na", "n/a", "null", "none", "?", "-", ".")
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?|[+-]?\d+,")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?|[+-]?(inf|infinity|nan)", re.IGNORECASE)
WHOLE = re.compile(r"[+-]?\d+")
SNIFFED = 20


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
    lines = list(rows(decoded(path, name), name))
    if not lines:
        raise UsageError(f"{name} holds no samples.", HINT)
    header, body = split_header(lines)
    if not body:
        raise UsageError(f"{name} holds a header row and no samples.", HINT)
    width = len(header.fields) if header else len(body[0].fields)
    for line in body:
        if len(line.fields) != width:
            raise UsageError(f"{name}: row {line.number} has {len(line.fields)} columns, the rows before it have {width}.", HINT)
    check_count(width * len(body), name)
    names = [each.lower() for each in header.fields] if header else []
    targets = target_columns(names, name)
    index = index_column(names, body)
    comma = any(DECIMAL_COMMA.fullmatch(field) for line in body[:SNIFFED] for field in line.fields)
    inputs = [column for column in range(width) if column not in targets and column != index]
    if not inputs:
        raise UsageError(f"{name} has no column of inputs.", HINT)
    titles = list(header.fields) if header else []
    values = numbers(body, inputs, titles, comma, name)
    notes = noted(header, index, [titles[column] for column in targets])

    def place(at: tuple[int, ...]) -> str:
        return f"row {body[at[0]].number}, column {titled(titles, inputs[at[1]])},"

    found = target_values(body, targets, titles, comma, name) if targets else None
    return Found(values, found, "targets", place, notes)


def decoded(path: Path, name: str) -> str:
    """The text of a file: UTF-8, or UTF-16 and UTF-32 by their byte-order mark or their zeros, or the code page of Western Windows.

    Raises:
        UsageError: it is too large, or a damaged gzip file.
        OSError: it cannot be read.
    """
    packed = kind_of(path).name == "gzip"
    try:
        with gzip.open(path) if packed else path.open("rb") as file:
            raw = file.read(LARGEST_TABLE + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UsageError(f"{name} is a damaged gzip file: {error}.", "Compress it anew.") from error
    if len(raw) > LARGEST_TABLE:
        raise UsageError(f"{name} holds more than {LARGEST_TABLE:,} bytes of text.", "Some hundred typical samples are enough: give fewer of them.")
    encodings = ["utf-8-sig", "cp1252", "latin-1"]
    if raw[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        encodings.insert(0, "utf-32")
    elif raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings.insert(0, "utf-16")
    elif b"\0" in raw[:1024]:
        even = raw[:1024:2].count(0) > raw[1:1024:2].count(0)
        encodings.insert(0, "utf-16-be" if even else "utf-16-le")
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 decodes every byte")


def rows(text: str, name: str) -> Iterator[Line]:
    """The rows that hold something, comments left out.

    Raises:
        UsageError: a field has no end, or a byte is none of a text.
    """
    lines = [line.strip("\r\x1a\ufeff") for line in re.split("\r\n|\n|\r", text)]
    told = next((line for line in lines if line.strip()), "")
    separator = told[4] if re.fullmatch("sep=.", told.strip()) else None  # Excel's way to say it
    if "\0" in text:
        raise UsageError(f"{name} holds zero bytes: it is no text.", "Save it as CSV in UTF-8.")
    kept = ["" if line.lstrip().startswith(("#", "%", "//")) or (separator and line is told) else line for line in lines]
    separator = separator or sniffed([line for line in kept if line.strip()][:SNIFFED])
    csv.field_size_limit(LONGEST_FIELD)
    if separator == " ":
        split = ((number, line.split()) for number, line in enumerate(kept, 1))
    else:
        reader = csv.reader(io.StringIO("\n".join(kept)), delimiter=separator, skipinitialspace=True)
        split = ((reader.line_num, fields) for fields in reader)
    try:
        for number, fields in split:
            stripped = tuple(field.strip().strip("\"'").strip() for field in fields)
            if any(stripped):
                yield Line(number, stripped[:-1] if separator == " " and not stripped[-1] else stripped)
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


def index_column(names: list[str], body: list[Line]) -> int | None:
    """0 where the first column counts the rows, as pandas writes it; its name is empty then, or says so while its values count."""
    if not names or names[0] not in INDEX or len(names) == 1:
        return None
    if not names[0]:
        return 0
    values = [line.fields[0] for line in body]
    return 0 if any(values == [str(first + i) for i in range(len(values))] for first in (0, 1)) else None


def numbers(body: list[Line], columns: list[int], titles: list[str], comma: bool, name: str) -> NDArray[np.float64]:
    """Some columns of all rows.

    Raises:
        UsageError: a field is no number.
    """
    values = np.empty((len(body), len(columns)))
    for row, line in enumerate(body):
        try:
            values[row] = [float(plain(line.fields[column], comma)) for column in columns]
        except ValueError:
            column = next(each for each in columns if not is_number(line.fields[each], comma))
            field = line.fields[column]
            place = f"{name}: row {line.number}, column {titled(titles, column)},"
            if not field or field.lower() in MISSING:
                raise UsageError(f"{place} is empty.", "Leave such samples out, or put a number in their place.") from None
            if comma and "." in field:
                raise UsageError(
                    f"{place} holds {field[:40]!r} among decimal commas.", "Write all numbers in one way, without thousands separators."
                ) from None
            raise UsageError(
                f"{place} holds {field[:40]!r}, which is no number.",
                "Leave such columns out, or name the column of targets `target` or `label` in a header row.",
            ) from None
    return values


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


def target_values(body: list[Line], columns: list[int], titles: list[str], comma: bool, name: str) -> NDArray[Any]:
    """Targets (N,) or, of several columns, (N, T): integers where all are written so, texts where one column holds any.

    Raises:
        UsageError: a field is empty, or no number among several columns.
    """
    fields = [[line.fields[column] for column in columns] for line in body]
    for line, found in zip(body, fields, strict=True):
        if not all(found):
            raise UsageError(f"{name}: row {line.number} has no target.", "Leave such samples out.")
    if len(columns) == 1 and not all(is_number(found[0], comma) for found in fields):
        return np.array([found[0] for found in fields])
    values = numbers(body, columns, titles, comma, name)
    whole = all(WHOLE.fullmatch(each) for found in fields for each in found) and bool((np.abs(values) < 2**53).all())
    values = values.astype(np.int64) if whole else values
    return values[:, 0] if len(columns) == 1 else values


def titled(titles: list[str], column: int) -> str:
    return f"{column + 1} ({titles[column]!r})" if titles and titles[column] else str(column + 1)


def noted(header: Line | None, index: int | None, targets: list[str]) -> tuple[str, ...]:
    """What a person should know of how the table was read."""
    if header is None:
        return ()
    notes = ["the first row is a header"]
    notes += ["the first column counts the rows and is left out"] if index is not None else []
    notes += [f"the targets are in {', '.join(targets[:8])}{' and so on' if len(targets) > 8 else ''}"] if targets else []
    return tuple(notes)
