"""Zip files that are not trusted: what they hold is looked at before it is unpacked, and what they claim is held against what is there."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib

from plumbline.common.errors import PlumblineError, UsageError

DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    UnicodeError,
    KeyError,
    IndexError,
)
"""What the zipfile module raises on files that are damaged, encrypted or compressed in a way that it does not know."""
LARGEST_MEMBERS = 4096
"""Files in one archive; a .keras file has three and its assets, an .npz file one for each array."""


def members(archive: zipfile.ZipFile, name: str, refused: type[PlumblineError] = UsageError) -> dict[str, zipfile.ZipInfo]:
    """The files of an archive by name.

    Raises:
        refused: there are too many, two have one name, or one is encrypted or compressed as neither NumPy nor Keras does; such a one is also
            unpacked without a limit by the zipfile module.
    """
    infos = archive.infolist()
    if len(infos) > LARGEST_MEMBERS:
        raise refused(f"{name} holds {len(infos):,} files, at most {LARGEST_MEMBERS:,} are taken.", "Save it anew.")
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        if info.filename in found:
            raise refused(f"{name} holds two files of the name {info.filename!r}: it does not say which one counts.", "Save it anew.")
        if info.flag_bits & 1:
            raise refused(f"{name} is encrypted.", "Save it without a password.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            method = zipfile.compressor_names.get(info.compress_type, f"method {info.compress_type}")  # type: ignore[attr-defined]
            raise refused(f"{name} is compressed with {method}, which is not taken.", "Save it anew, uncompressed or with deflate.")
        found[info.filename] = info
    return found


def content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    """All of one file.

    Raises:
        ValueError: it holds more than `limit` bytes, or not as many as it claims.
        Exception: one of DAMAGE.
    """
    if info.file_size > limit:
        raise ValueError(f"{info.filename} holds {info.file_size:,} bytes, at most {limit:,} are taken")
    out = io.BytesIO()
    with archive.open(info) as file:
        while block := file.read(1 << 20):
            out.write(block)
            if out.tell() > limit:
                raise ValueError(f"{info.filename} holds more than {limit:,} bytes")
    if out.tell() != info.file_size:
        raise ValueError(f"{info.filename} holds {out.tell():,} bytes and claims {info.file_size:,}")
    return out.getvalue()
