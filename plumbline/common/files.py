"""How every stage writes files: whole or not at all, and not when nothing changed."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


def write_if_changed(path: Path, data: bytes | str) -> bool:
    """Write `data` to `path` through a temporary file in the same folder; leave an equal file (and its time) alone.

    Returns:
        True when the file was written.

    Raises:
        OSError: it cannot be written; names the file, whichever step failed.
    """
    raw = data.encode() if isinstance(data, str) else data
    if path.is_file() and path.read_bytes() == raw:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        _write(path, raw)
    except OSError as error:  # a full disk names no file, and else it would be the temporary one
        raise OSError(error.errno, error.strerror, str(path)) from error
    return True


def _write(path: Path, raw: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
        Path(temporary).chmod(0o644)  # mkstemp's files are private
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink()
        raise


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, as 64 hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
