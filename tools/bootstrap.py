"""Sets up everything a fresh clone needs: the virtual environment and the system's packages.

It runs under any Python 3 with the standard library alone, because nothing else is there yet, and does only what is missing.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from plumbline.common.errors import SetupFailed
from plumbline.common.recipe_needs import needs_of
from plumbline.host.devices import qemu_packages
from tools import labgrid_environment
from tools.jobs import LOGS, Job
from tools.pip_progress import PipProgress
from tools.system_packages import ELSEWHERE, GCC, GROUPS, PORTABLE, QEMU

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / ".installed"
COMMAND = VENV / "bin" / "plumbline"
ZIG_LOCK = ROOT / "requirements-zig.lock"
"""The compiler in a package of PyPI, for a machine without GCC for Arm: 100 MB that nobody else needs."""
DOWNLOAD_MB, DISK_MB = 560, 2300
"""What LOCK brings on Linux x86-64, measured."""
SUPPORTED = [(3, minor) for minor in (11, 12, 13, 10)]
"""Python versions TensorFlow and the lock file support, the best tested first."""


def set_up(group: str, recipe: str) -> None:
    """Bring what is missing of a group, and what a recipe needs besides.

    Raises:
        SetupFailed: what happened, and what to do next.
        BadRecipe: the recipe does not declare its needs as it should.
    """
    wanted = {**GROUPS[group], **needs_of(recipe)}
    locks = [LOCK]
    if group == "ci" or (group in PORTABLE and missing_packages(GCC)):
        locks.append(ZIG_LOCK)
    unpacks = False
    if group in PORTABLE:  # the compiler comes from PyPI then, and QEMU is unpacked
        unpacks = bool("qemu-system-arm" in wanted and missing_packages(QEMU) and qemu_packages.possible())
        wanted = {probe: package for probe, package in wanted.items() if probe not in GCC and not (unpacks and probe in QEMU)}
    python = None if venv_is_current(locks) else find_python()
    packages = missing_packages(wanted)
    bare = [venv_package(python)] if python and not can_make_venv(python) else []
    jobs = [install_system([*packages, *bare])] if packages or bare else []
    if bare:  # without that package the next step cannot begin; else they run side by side
        jobs.pop().wait()
    if python:
        jobs.append(install_python(python, locks))
    for job in jobs:
        job.wait()
    if still := missing_packages(wanted):
        raise SetupFailed(f"After the installation these are still missing: {' '.join(still)}.", "Install them by hand and run make again.")
    if unpacks and shutil.which(str(qemu_packages.unpacked())) is None:
        unpack_qemu().wait()
    if group in ("bench", "ci"):
        labgrid_environment.set_up(str(VENV / "bin" / "python"))
    if not COMMAND.is_symlink():
        COMMAND.symlink_to("../../tools/plumbline")


def answer(command: list[str], text: str = "") -> str | None:
    """What a command prints on standard output; None where it fails or cannot be run."""
    try:
        done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def missing_packages(wanted: dict[str, str]) -> list[str]:
    """Debian names of the packages whose command or file is not there, in order, without repetition."""
    return list(dict.fromkeys(package for probe, package in wanted.items() if not present(probe)))


def present(probe: str) -> bool:
    """Whether a probe succeeds: a command, one of `several|commands`, an absolute path with or without `*`, or `compiler:file` that the compiler must
    find in its own folders."""
    if probe.startswith("/"):
        return any(Path("/").glob(probe[1:])) or shutil.which("apt-get") is None  # other systems keep headers elsewhere
    command, _, file = probe.partition(":")
    if not any(map(shutil.which, command.split("|"))):
        return False
    if not file:
        return True
    if file == "include/c++":
        return answer([command, "-E", "-x", "c++", "-"], "#include <cstdint>\n#include <type_traits>\n") is not None
    return (answer([command, f"-print-file-name={file}"]) or file).strip() != file


def install_system(packages: list[str]) -> Job:
    """Start installing system packages.

    Raises:
        SetupFailed: this is no Debian, or there are no rights; the hint is the line to type.
    """
    names = " ".join(packages)
    if shutil.which("apt-get") is None:
        start, called = next((ELSEWHERE[tool] for tool in ELSEWHERE if shutil.which(tool)), ("your system's packages for:", {}))
        line = " ".join([start, *dict.fromkeys(called.get(name, name) for name in packages)])
        raise SetupFailed(f"These are missing (by their Debian names): {names}.", f"Install them and run make again: {line}")
    line = f"sudo apt-get update && sudo apt-get install --no-install-recommends {names}"
    prefix: list[str] = []
    if not agreed(names):
        raise SetupFailed(
            f"System packages are missing: {names}.", f"Install them and run make again: {line}; or let make do it: PLUMBLINE_APT=1 make ..."
        )
    if os.geteuid() != 0:
        if shutil.which("sudo") is None or answer(["sudo", "-n", "true"]) is None:
            raise SetupFailed(f"System packages are missing: {names}.", f"Install them and run make again: {line}")
        prefix = ["sudo", "-n"]
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]
    script = f"{shlex.join(apt)} update && {shlex.join([*apt, 'install', '-y', '--no-install-recommends', *packages])}"
    return Job("System packages", names, ["sh", "-c", script], f"Try it by hand: {line}.")


def agreed(names: str) -> bool:
    """Whether the system's packages may be installed: PLUMBLINE_APT says so, CI does, or somebody at the terminal.

    Where nobody can be asked, root is taken to have meant it: a container, or a machine that is being set up.
    """
    given = os.environ.get("PLUMBLINE_APT")
    if given or os.environ.get("CI"):
        return given != "0"
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return os.geteuid() == 0
    print(f"These packages of the system are missing: {names}. Install them with apt-get? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def find_python() -> str:
    """The running Python if its version is supported, else the best supported one on the PATH.

    Raises:
        SetupFailed: there is none.
    """
    if sys.version_info[:2] in SUPPORTED:
        return sys.executable
    for major, minor in SUPPORTED:
        found = shutil.which(f"python{major}.{minor}")
        if found and answer([found, "--version"]) is not None:
            return found
    have = ".".join(map(str, sys.version_info[:3]))
    raise SetupFailed(
        f"Python {have} is not supported: TensorFlow needs 3.10 to 3.13.",
        "Install one of them (for instance `sudo apt-get install python3.12 python3.12-venv`) and run make again,"
        " or name one: make PYTHON=/path/to/python3.12",
    )


def can_make_venv(python: str) -> bool:
    return answer([python, "-c", "import ensurepip, venv"]) is not None


def venv_package(python: str) -> str:
    """Debian's package that lets this Python make virtual environments."""
    version = answer([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]) or "3"
    return f"python{version.strip()}-venv"


def digests(locks: list[Path]) -> list[str]:
    return [hashlib.sha256(lock.read_bytes()).hexdigest() for lock in locks]


def venv_is_current(locks: list[Path]) -> bool:
    """Whether the virtual environment holds what these lock files ask for, nothing else, and still works."""
    python = VENV / "bin" / "python"
    if not STAMP.is_file() or not python.exists():
        return False
    held = STAMP.read_text().split()
    return held[:1] == digests([LOCK]) and set(digests(locks)) <= set(held) and answer([str(python), "-c", ""]) is not None


def install_python(python: str, locks: list[Path]) -> Job:
    """Start making the virtual environment and installing the locked packages; the stamp is written last.

    An environment that holds the first of the locks gets the others besides.
    """
    kept = venv_is_current(locks[:1])
    new = locks[1:] if kept else locks
    temporary = LOGS / "fetched"
    temporary.mkdir(parents=True, exist_ok=True)
    pip = [
        str(VENV / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--progress-bar=off",
        "--require-hashes",
    ]
    steps = [["rm", "-f", str(STAMP)], [python, "-m", "venv", "--clear", str(VENV)]] * (not kept)
    steps += [[*pip, *(word for lock in new for word in ("-r", str(lock)))], ["rm", "-rf", str(temporary)]]
    script = " && ".join([*map(shlex.join, steps), f"printf '%s\\n' {' '.join(digests(locks))} > {shlex.quote(str(STAMP))}"])
    detail = "the compiler ziglang, about 100 MB, 410 MB on the disk" if kept else f"about {DOWNLOAD_MB} MB, {DISK_MB:,} MB on the disk, some minutes"
    state = PipProgress(LOGS / "python.log", temporary, VENV, new)
    return Job("Python packages", detail, ["sh", "-c", script], "See whether PyPI is in reach.", {"TMPDIR": str(temporary)}, state)


def unpack_qemu() -> Job:
    """Start to bring QEMU where nobody may install it."""
    hint = "Try it by hand: sudo apt-get update && sudo apt-get install --no-install-recommends qemu-system-arm."
    return Job("QEMU", f"unpacked in {qemu_packages.unpacked().parent}, at most {qemu_packages.MEGABYTES} MB come", qemu_packages.command(), hint)
