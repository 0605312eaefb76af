"""The name of an exported model, which all of its C carries."""

from __future__ import annotations

import re

from plumbline.common.errors import UsageError
from plumbline.common.folder_names import PREFIX

LONGEST = 32
"""Characters of a name: C99 promises that a compiler tells 63 of an inner name apart, and a layer's name comes behind."""
TAKEN = ("plumbline", "main", "std")
"""Names that are somebody else's."""
# fmt: off
HEADERS = (
    "alloca", "arduino", "assert", "complex", "ctype", "endian", "errno", "features", "fenv", "float", "inttypes", "iso646", "limits", "locale",
    "malloc", "math", "memory", "poll", "pthread", "sched", "semaphore", "setjmp", "signal", "stdalign", "stdarg", "stdatomic", "stdbool", "stddef",
    "stdint", "stdio", "stdlib", "stdnoreturn", "string", "strings", "tgmath", "threads", "time", "uchar", "unistd", "wchar", "wctype",
)
# fmt: on
"""Headers of C, of C libraries and of Arduino: a NAME.h of such a name, in a folder that the compiler searches, would be included in their place."""


def check_name(name: str) -> str:
    """The name as it was given.

    Raises:
        UsageError: it cannot stand before every name of a model in C.
    """
    if re.fullmatch(r"[a-z][a-z0-9_]*", name) and "__" not in name and not name.endswith("_") and len(name) <= LONGEST and not is_taken(name):
        return name
    if is_taken(name):
        why = f"{name}.h is a header of others, which it would hide" if name in HEADERS else "Names of others begin so"
        raise UsageError(f"{name!r} cannot be the name of an exported model.", f"{why}. Give another, for instance --name {proposed(name)}.")
    rule = f"A name has up to {LONGEST} lower-case letters, digits and single underscores, and begins with a letter"
    raise UsageError(f"{name!r} cannot be the name of an exported model.", f"{rule}, for instance --name {proposed(name)}.")


def proposed(text: str) -> str:
    """A name made of a folder's, a file's or what somebody typed."""
    plain = re.sub(r"[^a-z0-9]+", "_", text.removeprefix(PREFIX).lower()).strip("_")[:LONGEST].rstrip("_")
    plain = plain.replace("plumbline", "model", 1) if plain.startswith("plumbline") else plain
    good = plain if plain[:1].isalpha() else f"model_{plain}".rstrip("_")[:LONGEST].rstrip("_")
    return f"{good[: LONGEST - 6]}_model" if is_taken(good) else good


def is_taken(name: str) -> bool:
    """Whether other names begin with this one, or another header is called so."""
    return name in (*TAKEN, *HEADERS) or name.startswith("plumbline_")


def check_version(version: str) -> str:
    """A package's version as it was given.

    Raises:
        UsageError: it is not three numbers.
    """
    if re.fullmatch(r"(0|[1-9]\d{0,8})(\.(0|[1-9]\d{0,8})){2}", version):
        return version
    raise UsageError(f"{version!r} is no version of a package.", "Give three numbers, for instance --package-version 1.2.0.")
