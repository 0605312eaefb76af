"""Which Python has labgrid: that of the `labgrid-client` on the PATH, else that of the environment which `make setup-bench` makes."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

from plumbline.common.errors import SetupFailed
from plumbline.common.paths import CHECKOUT, ROOT

CLIENT = "labgrid-client"
ENVIRONMENT = ROOT / ".labgrid"
"""Of a checkout. Its own, because labgrid brings a pyserial that takes the place of ours."""


def python() -> str:
    """Its path.

    Raises:
        SetupFailed: there is no labgrid.
    """
    on_path = shutil.which(CLIENT)
    if on_path and (found := interpreter(Path(on_path))):
        return found
    own = ENVIRONMENT / "bin" / "python"
    if CHECKOUT and own.is_file():
        return str(own)
    how = "`make setup-bench` brings it" if CHECKOUT else "Install it in an environment of its own, `pipx install labgrid` for instance"
    what = f"{on_path} does not say which Python runs it." if on_path else f"labgrid is not installed: there is no {CLIENT} on the PATH."
    raise SetupFailed(what, f"{how}; not beside Plumbline, whose pyserial it would replace.")


def interpreter(script: Path) -> str | None:
    """The Python that runs a program which pip, pipx, uv or Debian has installed; None where its first lines do not say it."""
    try:
        with script.open("rb") as file:
            first, second = (os.fsdecode(file.readline(1024)).strip() for _ in range(2))
        words = shlex.split(first.removeprefix("#!")) if first.startswith("#!") else []
        if words[:1] == ["/bin/sh"] and second.startswith("'''exec'"):  # how pip writes a path that is too long for the first line
            words = shlex.split(second.removeprefix("'''exec'"))
    except (OSError, ValueError):
        return None
    if words and Path(words[0]).name == "env":
        words = [shutil.which(words[1]) or ""] if len(words) > 1 else []
    return words[0] if words and "python" in Path(words[0]).name and os.access(words[0], os.X_OK) else None
