"""Writes an export into a folder, and leaves alone what is not its own there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from plumbline.common import documents
from plumbline.common.errors import UsageError
from plumbline.common.files import sha256_of, write_if_changed
from plumbline.convert.export.exported import Package
from plumbline.convert.export.format import Files

RECORD = "export.json"
"""What says in the folder which files are an export's."""
NAMED = 3
"""Files that a refusal names."""


@dataclass(frozen=True)
class Record:
    """What was exported into a folder."""

    generator: str
    format: str
    models: dict[str, str]
    """SHA-256 of each model's flatbuffer, by the name that its C carries."""
    files: dict[str, str]
    """SHA-256 of each file, by its path in the folder."""
    schema: int = 1


def write_export(folder: Path, format_name: str, package: Package, files: Files, *, force: bool = False) -> Record:
    """Write the files of an export, and remove those of one before that are no longer made.

    Args:
        folder: is made where it is not there.
        format_name: of the format.
        package: what is exported.
        files: what the format makes of it.
        force: replace files that are not an export's, or that somebody has changed since.

    Raises:
        UsageError: such files are in the way.
        OSError: the folder cannot be written.
    """
    contents = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    refuse_places(folder, contents)
    before = read_record(folder)
    if not force:
        refuse(folder, before, contents)
    models = {model.name: model.manifest.model_sha256 for model in package.models}
    record = Record(package.generator, format_name, models, {path: hashlib.sha256(text).hexdigest() for path, text in sorted(contents.items())})
    for path in sorted(before.keys() - contents.keys()):
        if (folder / path).is_file():
            (folder / path).unlink()
    for path, text in contents.items():
        write_if_changed(folder / path, text)
    write_if_changed(folder / RECORD, documents.to_json(record, 2))
    return record


def read_record(folder: Path) -> dict[str, str]:
    """The files of the export that a folder holds, with their hashes; none where it holds none, or its record is damaged."""
    try:
        found = documents.read(folder / RECORD, Record)
    except (OSError, ValueError):
        return {}
    return {path: digest for path, digest in found.files.items() if not Path(path).is_absolute() and ".." not in Path(path).parts}


def refuse_places(folder: Path, contents: Iterable[str]) -> None:
    """Raises UsageError where something else is in the place of a folder or of a file."""
    for path in sorted(contents):
        file = folder / path
        if file.is_dir():
            raise UsageError(f"{file} is a folder, where a file would be written.", "Give another folder with --output.")
        parents = (folder / above for above in Path(path).parents)
        for place in (*parents, *folder.parents):
            if (place.exists() or place.is_symlink()) and not place.is_dir():
                what = "a file" if place.exists() else "a link to nothing"
                raise UsageError(f"{place} is {what}, where a folder would be made.", "Give another folder with --output.")


def refuse(folder: Path, before: dict[str, str], contents: dict[str, bytes]) -> None:
    """Raises UsageError where files would be lost that are not an export's as it wrote them."""
    foreign = []
    for path in sorted({*before, *contents}):
        file = folder / path
        if file.is_file() and sha256_of(file) not in (before.get(path), hashlib.sha256(contents.get(path, b"")).hexdigest()):
            foreign.append(path)
    if foreign:
        named = ", ".join(foreign[:NAMED]) + (f" and {len(foreign) - NAMED} more" if len(foreign) > NAMED else "")
        raise UsageError(
            f"{folder} holds files that an export did not write, or that were changed since: {named}.",
            "Give another folder with --output, or replace them with --force.",
        )
