"""Archives among the files of an export."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

MADE = (1980, 1, 1, 0, 0, 0)
"""What a ZIP says of when its files were written: the earliest that it can, so that equal exports are equal files."""


def zipped(content: Mapping[str, str | bytes]) -> bytes:
    """A ZIP archive of files by their paths, the same one for the same content."""
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        for path, text in sorted(content.items()):
            entry = zipfile.ZipInfo(path, MADE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, text)
    return result.getvalue()
