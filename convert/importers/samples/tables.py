"""Tables of samples as people write them: .csv, .tsv and .txt, one sample a row, whatever the separator, the decimal mark and the encoding."""

from __future__ import annotations

import itertools
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.by_name import ONLY
from plumbline.common.errors import UsageError
from plumbline.convert.importers.samples.text import DECIMAL_COMMA, HINT, NUMBER, SNIFFED, Line, Text, decoded, rows
from plumbline.convert.importers.samples.values import TARGETS, Found, check_count

SEVERAL = re.compile("targets?_.+")
INDEX = ("", "index", "unnamed: 0", "id")
MISSING = ("na", "n/a", "null", "none", "?", "-", ".")
WHOLE = re.compile(r"[+-]?\d+")
BOOLEANS = {"true": "1", "false": "0"}
LIKE_A_VALUE = re.compile(r"[\[({+-]*\.?\d.*")
"""What begins as a number does, as 12% or [1: a row of these alone is no header."""


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
    check_rows_above(header, first, name)
    titles, width, trailing = layout(header, first)
    names = [each.lower() for each in titles]
    targets = target_columns(names, name)
    unnamed = [0] if names and not names[0] and width > 1 else []
    columns = [column for column in range(width) if column not in (*targets, *unnamed)]
    if not columns:
        raise UsageError(f"{name} has no column of inputs.", HINT)
    seen = [field for line in first for field in line.fields]
    comma = True if any(map(DECIMAL_COMMA.fullmatch, seen)) else False if any("." in field for field in seen) else None
    body = rows(text, name)
    for _ in range(1 if header else 0):
        next(body)
    table = Table(name, titles, width, comma, trailing)
    values, fields, places = table.read(body, columns, targets)
    index = bool(unnamed)
    if names and names[0] in INDEX and not unnamed and len(columns) > 1 and counts(values[:, 0]):
        values, columns, index = values[:, 1:], columns[1:], True

    def place(at: tuple[int, ...]) -> str:
        return f"row {places[at[0]]}, column {table.titled(columns[at[1]])},"

    found = table.targets(fields, places, targets) if targets else None
    told = {} if found is None else {ONLY: found}
    return Found(values, told, {ONLY: "targets"}, place, noted(header, index, [titles[column] for column in targets]))


def split_header(lines: list[Line]) -> tuple[Line | None, list[Line]]:
    """The first row apart, where it names columns: none of its fields is a number, or they count 0, 1, 2 ... as pandas names columns, or from 1."""
    first, others = lines[0], lines[1:]
    fields = [field for field in first.fields if field]
    if not holds_numbers(first):
        return (None, lines) if others and all(map(LIKE_A_VALUE.fullmatch, fields)) else (first, others)
    counts = any(fields == [str(place + begin) for place in range(len(fields))] for begin in (0, 1))
    if counts and len(fields) > 2 and others and (not first.fields[0] or any(not WHOLE.fullmatch(each) for each in others[0].fields)):
        return first, others
    return None, lines


def numeric(field: str) -> bool:
    return bool(NUMBER.fullmatch(field) or DECIMAL_COMMA.fullmatch(field) or field.lower() in BOOLEANS)


def holds_numbers(line: Line) -> bool:
    return any(numeric(field) for field in line.fields)


def check_rows_above(header: Line | None, first: list[Line], name: str) -> None:
    """Raises UsageError where rows without any number stand between a header and the samples, as units do or what a board says at its start."""
    above = next((place for place, line in enumerate(first) if holds_numbers(line)), 0)
    if above:
        last = first[above - 1].number
        raise UsageError(
            f"{name}: the rows up to row {last} hold no numbers; one header row is taken.", "Take the other rows out, or begin them with #."
        )


def layout(header: Line | None, first: list[Line]) -> tuple[list[str], int, bool]:
    """The names of the columns, how many there are, and whether each row ends with one more separator.

    R names one column less than there are: the first holds the names of the rows.
    """
    titles, width = list(header.fields) if header else [], len(first[0].fields)
    named = len(titles) >= width and titles[-1] != ""
    trailing = width > 1 and not named and not any(line.fields[-1] for line in first)
    if trailing:
        titles, width = titles[: width - 1], width - 1
    if titles and len(titles) == width - 1:
        titles = ["", *titles]
    return titles, len(titles) or width, trailing


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
    comma: bool | None
    """Whether the decimal mark is a comma; None where the first rows have none at all."""
    trailing: bool = False
    """Whether a separator ends each row."""

    def read(self, body: Iterator[Line], columns: list[int], targets: list[int]) -> tuple[NDArray[np.float64], list[tuple[str, ...]], list[int]]:
        """Some columns of all rows as numbers (N, columns), the fields of those of targets, and the rows' numbers in the file.

        Raises:
            UsageError: a row has another length, a field is no number, or there are too many.
        """
        values, fields, places = array("d"), [], []
        for line in body:
            if self.trailing and len(line.fields) == self.width + 1 and not line.fields[-1]:
                line = replace(line, fields=line.fields[:-1])
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
        raise UsageError(f"{place} holds {field[:40]!r}, which is no number.", advised(field))

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


def advised(field: str) -> str:
    """What helps with a field that is no number."""
    if field.startswith("#"):
        return "That is an error of a spreadsheet: leave such samples out, or put a number in their place."
    if field[:1] in ("[", "(", "{"):
        return "Write plain numbers without brackets, numpy.savetxt('samples.csv', x, delimiter=','), or save the array itself with numpy.save."
    if re.fullmatch(r"[+-]?\d{1,3}([,.' _]\d{3})+([.,]\d*)?", field):
        return "Write numbers without thousands separators."
    return "Leave such columns out, or name the column of targets `target` or `label` in a header row."


def plain(field: str, comma: bool | None) -> str:
    """A number as Python reads it; empty for everything that is no number in one of the usual forms."""
    if comma is not False and DECIMAL_COMMA.fullmatch(field):
        return field.replace(",", ".")
    if comma and "." in field:
        return ""
    if field.lower() in BOOLEANS:
        return BOOLEANS[field.lower()]
    return field if NUMBER.fullmatch(field) else ""


def is_number(field: str, comma: bool | None) -> bool:
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
    notes += ["the first column is an index and is left out"] if index else []
    notes += [f"the targets are in {', '.join(targets[:8])}{' and so on' if len(targets) > 8 else ''}"] if targets else []
    return tuple(notes)
