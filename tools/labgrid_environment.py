"""The environment of labgrid, beside Plumbline's: labgrid brings pyserial-labgrid, which takes the place of pyserial wherever both are installed."""

from __future__ import annotations

import hashlib
import shlex
import shutil

from plumbline.host.bench.program import CLIENT, ENVIRONMENT
from tools.jobs import ROOT, Job

LOCK = ROOT / "requirements-labgrid.lock"
STAMP = ENVIRONMENT / ".installed"
DOWNLOAD_MB, DISK_MB = 15, 75
"""What LOCK brings on Linux x86-64, measured."""


def set_up(python: str) -> None:
    """Bring labgrid, unless a laboratory has its own on the PATH.

    Args:
        python: makes the environment.

    Raises:
        SetupFailed: PyPI is not in reach, or a package has changed.
    """
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if shutil.which(CLIENT) or (STAMP.is_file() and STAMP.read_text().split() == [digest]):
        return
    pip = [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar=off"]
    steps = [[python, "-m", "venv", "--clear", str(ENVIRONMENT)], [*pip, "--require-hashes", "-r", str(LOCK)]]
    script = " && ".join([*map(shlex.join, steps), f"echo {digest} > {shlex.quote(str(STAMP))}"])
    detail = f"about {DOWNLOAD_MB} MB, {DISK_MB} MB on the disk, into {ENVIRONMENT.name}"
    Job("labgrid", detail, ["sh", "-c", script], "See whether PyPI is in reach.").wait()
