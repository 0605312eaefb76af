"""The folder in build/ that a model of one's own gets: made from its file's name in any alphabet, and never shared by two files.

It needs nothing but the standard library, because `make` asks for a name before anything is set up.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import unicodedata
from pathlib import Path

PREFIX = "model_"
"""So that no model takes a recipe's place."""
RECORD = "source.json"
"""In the folder: which file it belongs to."""
LONGEST = 40


def claim(path: Path, build: Path) -> str:
    """The name of a model's folder in `build`, which is made and belongs to this file from now on.

    The first file of a name gets `model_NAME`; one of the same name from elsewhere gets a hash of where it is behind it. Two claims at the same
    time cannot get the same folder: a link is made once, whole or not at all. A lock (filelock) would guard a file that is written in steps, and
    no package is installed yet when `make` asks.

    Raises:
        OSError: `build` cannot be written.
    """
    source = _source(path, build)
    return next(name for name in _names(path, source) if _take(build / name, source))


def claimed(path: Path, build: Path) -> str | None:
    """The name of the folder in `build` that belongs to this file already; None where none does. Nothing is made."""
    source = _source(path, build)
    return next((name for name in _names(path, source) if (build / name / RECORD).is_file() and _belongs(build / name / RECORD, source)), None)


def _names(path: Path, source: str) -> list[str]:
    """The names that a file's folder may have, in the order in which they are tried."""
    place = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
    plain = PREFIX + plain_name(path)
    return [plain, *(f"{plain}__{place[:digits]}" for digits in (8, 16, 64))]


def plain_name(path: Path) -> str:
    """The file's name in lower-case letters, digits and underscores; where a letter has no place in those, a hash of the name follows."""
    stem = unicodedata.normalize("NFC", path.stem).lower()
    simple = re.sub("[^a-z0-9]", "_", stem)
    if stem.isascii() and re.search("[a-z0-9]", stem) and len(simple) <= LONGEST:
        return simple
    letters = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    kept = re.sub("[^a-z0-9]+", "_", letters)[:LONGEST].strip("_")
    digest = hashlib.sha256(stem.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{kept}_{digest}" if kept else digest


def _source(path: Path, build: Path) -> str:
    """Where the file is: relative to the project, which may move as a whole, or absolute where it is elsewhere."""
    real, project = os.path.realpath(path), os.path.dirname(os.path.realpath(build))  # noqa: PTH120
    inside = os.path.commonpath([real, project]) == project
    return Path(os.path.relpath(real, project)).as_posix() if inside else real


def _take(folder: Path, source: str) -> bool:
    """Whether the folder belongs to this file, now or since before."""
    folder.mkdir(parents=True, exist_ok=True)
    record = folder / RECORD
    if not record.exists():
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".source.")
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump({"source": source}, file)
        try:
            os.link(temporary, record)  # whole, and only where there is none yet
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            if not record.exists():
                os.replace(temporary, record)  # noqa: PTH105
                return True
        finally:
            Path(temporary).unlink(missing_ok=True)
    return _belongs(record, source)


def _belongs(record: Path, source: str) -> bool:
    """Whether a record names this file."""
    try:
        found = json.loads(record.read_text(encoding="ascii"))
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.get("source") == source
