"""What the classes of an output are called: from a text file, or from the archive that TensorFlow Lite's metadata appends to a .tflite file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from plumbline.common.errors import UsageError
from plumbline.convert.importers.bounded_zip import DAMAGE, content, members

LARGEST = 1 << 20
"""Bytes of a file with labels; ImageNet's thousand take 10 kB."""
LONGEST = 100
"""Characters of a label."""
FILES = 16
"""Text files in an archive that are looked at."""
END_OF_ARCHIVE = b"PK\x05\x06"


def read_labels(path: Path, classes: int) -> tuple[str, ...]:
    """The labels in a text file: one a line, or all in one line with commas between them.

    Args:
        path: UTF-8, with or without a mark of the order of its bytes.
        classes: how many there have to be.

    Raises:
        UsageError: the file is not there or no text, or its labels do not do; says which one and why.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path} holds more than {LARGEST:,} bytes.", "Give a text file with one label a line.")
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.", "Give a text file in UTF-8 with one label a line.") from error
    found = labels_of(text)
    wrong = trouble(found, classes)
    if wrong:
        raise UsageError(f"{path}: {wrong}.", "Give one label a line, in the order of the outputs, or all in one line with commas between them.")
    return found


def labels_of(text: str) -> tuple[str, ...]:
    """The labels in a text; spaces around them and lines at the end that hold nothing are no part of them."""
    lines = [line.strip() for line in text.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    return tuple(part.strip() for part in lines[0].split(",")) if len(lines) == 1 else tuple(lines)


def trouble(labels: Sequence[str], classes: int) -> str:
    """Why labels cannot be those of so many classes, as a sentence without its full stop; empty where they can."""
    if len(labels) != classes:
        return f"{len(labels)} label{'s' * (len(labels) != 1)}, and the output has {classes} classes"
    for number, label in enumerate(labels):
        if not label:
            return f"label {number} is empty"
        if len(label) > LONGEST:
            return f"label {number} has {len(label)} characters, at most {LONGEST} are taken"
        if not label.isprintable():
            return f"label {number}, {label!r}, holds what cannot be printed"
    twice = next((label for number, label in enumerate(labels) if label in labels[:number]), None)
    return f"two classes are called {twice}" if twice is not None else ""


def labels_in(raw: bytes, classes: int) -> tuple[str, ...]:
    """The labels for so many classes that a .tflite file brings along in an archive behind its end; none where there are none, or several that fit.

    What is damaged there is as if it were not there: no answer of the model depends on it.
    """
    found = [labels for labels in archived(raw).values() if not trouble(labels, classes)]
    return found[0] if len(set(found)) == 1 else ()


def archived(raw: bytes) -> dict[str, tuple[str, ...]]:
    """The text files in the archive behind a file's end, read as labels, by their names; `labels.txt` alone where it is among them."""
    if END_OF_ARCHIVE not in raw:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            texts = [info for name, info in sorted(members(archive, "The archive").items()) if name.lower().endswith(".txt")]
            for info in texts[:FILES]:
                found[info.filename.lower()] = labels_of(content(archive, info, LARGEST).decode("utf-8-sig"))
    except (*DAMAGE, UsageError):
        return {}
    return {"labels.txt": found["labels.txt"]} if "labels.txt" in found else found
