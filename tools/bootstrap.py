"""Sets up everything a fresh clone needs: the virtual environment and the system's packages.

It runs under any Python 3 with the standard library alone, because nothing else is there yet, and does only what is missing.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

from plumbline.common.errors import SetupFailed

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / ".installed"
LOGS = ROOT / "build" / "setup"
SUPPORTED = [(3, minor) for minor in (11, 12, 13, 10)]
"""Python versions TensorFlow and the lock file support, the best tested first."""

# A command (or file of the compiler) that shows that a package is there, and the Debian package that brings it.
ARM = {
    "arm-none-eabi-gcc": "gcc-arm-none-eabi",
    "arm-none-eabi-gcc:nano.specs": "libnewlib-arm-none-eabi",
    "arm-none-eabi-gcc:libc_nano.a": "libnewlib-arm-none-eabi",
    "arm-none-eabi-g++:include/c++": "libstdc++-arm-none-eabi-dev",
    "qemu-system-arm": "qemu-system-arm",
}
NATIVE = {
    "gcc": "gcc",
    "g++": "g++",
    "g++:libasan.so": "g++",
    "/usr/include/doctest/doctest.h": "doctest-dev",
    "/usr/include/stdlib.h": "libc6-dev",
}
FUZZER = {"clang": "clang", f"clang:libclang_rt.fuzzer-{platform.machine()}.a": "libclang-rt-dev"}
RECIPES = {"speech": {"espeak-ng": "espeak-ng"}}
"""What a recipe needs to make its data; these packages have the same name on every system."""

BROWSER = {"chromium|chromium-browser|google-chrome|google-chrome-stable|chrome": "chromium"}
TEST = {**ARM, **NATIVE}
GROUPS = {"virtual": ARM, "test": TEST, "torture": {**TEST, **FUZZER}, "ci": {**TEST, **FUZZER, **BROWSER, **RECIPES["speech"]}, "none": {}}
"""`ci` leaves no test out; on a person's machine those that need a browser, espeak-ng or clang are skipped where there is none."""

ELSEWHERE = {
    "dnf": "sudo dnf install arm-none-eabi-gcc-cs arm-none-eabi-gcc-cs-c++ arm-none-eabi-newlib qemu-system-arm"
    " gcc-c++ libasan libubsan doctest-devel",
    "pacman": "sudo pacman -S arm-none-eabi-gcc arm-none-eabi-newlib qemu-system-arm gcc doctest",
    "brew": "brew install --cask gcc-arm-embedded && brew install qemu doctest",
}


def set_up(group: str, recipe: str) -> None:
    """Bring what is missing of a group of packages, and what a recipe needs besides.

    Raises:
        SetupFailed: what happened, and what to do next.
    """
    wanted = {**GROUPS[group], **RECIPES.get(recipe, {})}
    python = None if venv_is_current() else find_python()
    packages = missing_packages(wanted)
    bare = [venv_package(python)] if python and not can_make_venv(python) else []
    jobs = [install_system([*packages, *bare])] if packages or bare else []
    if bare:  # without that package the next step cannot begin; else they run side by side
        jobs.pop().wait()
    if python:
        jobs.append(install_python(python))
    for job in jobs:
        job.wait()
    if still := missing_packages(wanted):
        raise SetupFailed(f"After the installation these are still missing: {' '.join(still)}.", "Install them by hand and run make again.")


def answer(command: list[str], text: str = "") -> str | None:
    """What a command prints on standard output; None where it fails or cannot be run."""
    try:
        done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


class Job:
    """A command that runs in the background with its output in a log, and says every few seconds that it lives."""

    def __init__(self, title: str, detail: str, command: list[str], hint: str) -> None:
        LOGS.mkdir(parents=True, exist_ok=True)
        self.title, self.hint = title, hint
        self.log = LOGS / f"{title.split()[0].lower()}.log"
        self.start = time.monotonic()
        print(f"{title}: {detail} ...", file=sys.stderr, flush=True)
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def wait(self) -> None:
        """Wait for the command.

        Raises:
            SetupFailed: it failed; shows the end of its output.
        """
        while True:
            try:
                status = self.process.wait(timeout=10)
                break
            except subprocess.TimeoutExpired:
                print(f"{self.title}: {time.monotonic() - self.start:.0f} s, {self.last_line()}", file=sys.stderr, flush=True)
            except BaseException:
                self.process.terminate()
                self.process.wait()
                raise
        if status:
            tail = "\n".join(f"  {line}" for line in self.log.read_text(errors="replace").splitlines()[-8:])
            raise SetupFailed(f"{self.title} failed:\n{tail}", f"{self.hint} The whole output is in {self.log}.")
        print(f"{self.title}: done in {time.monotonic() - self.start:.0f} s", file=sys.stderr, flush=True)

    def last_line(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return lines[-1].strip()[:100] if lines else "waiting"


def missing_packages(wanted: dict[str, str]) -> list[str]:
    """Debian names of the packages whose command or file is not there, in order, without repetition."""
    return list(dict.fromkeys(package for probe, package in wanted.items() if not present(probe)))


def present(probe: str) -> bool:
    """Whether a probe succeeds: a command, one of `several|commands`, an absolute path, or `compiler:file` that the compiler must find in its own
    folders."""
    if probe.startswith("/"):
        return Path(probe).exists() or shutil.which("apt-get") is None  # other systems keep headers elsewhere
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
        own = [name for needs in RECIPES.values() for name in needs.values() if name in packages]
        line = next((" ".join([line, *own]) for tool, line in ELSEWHERE.items() if shutil.which(tool)), f"your system's packages for: {names}")
        raise SetupFailed(f"These are missing (by their Debian names): {names}.", f"Install them and run make again: {line}")
    line = f"sudo apt-get update && sudo apt-get install --no-install-recommends {names}"
    prefix: list[str] = []
    if os.geteuid() != 0:
        if shutil.which("sudo") is None or answer(["sudo", "-n", "true"]) is None:
            raise SetupFailed(f"System packages are missing: {names}.", f"Install them and run make again: {line}")
        prefix = ["sudo", "-n"]
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]
    script = f"{shlex.join(apt)} update && {shlex.join([*apt, 'install', '-y', '--no-install-recommends', *packages])}"
    return Job("System packages", names, ["sh", "-c", script], f"Try it by hand: {line}.")


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


def lock_digest() -> str:
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


def venv_is_current() -> bool:
    """Whether the virtual environment holds just what the lock file asks for, and still works."""
    python = VENV / "bin" / "python"
    if not STAMP.is_file() or STAMP.read_text() != lock_digest() or not python.exists():
        return False
    return answer([str(python), "-c", ""]) is not None


def install_python(python: str) -> Job:
    """Start making the virtual environment and installing the locked packages; the stamp is written last."""
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--require-hashes", "-r", str(LOCK)]
    steps = [shlex.join(["rm", "-f", str(STAMP)]), shlex.join([python, "-m", "venv", "--clear", str(VENV)]), shlex.join(pip)]
    steps.append(f"printf %s {lock_digest()} > {shlex.quote(str(STAMP))}")
    return Job("Python packages", "TensorFlow is the largest", ["sh", "-c", " && ".join(steps)], "See whether PyPI is in reach.")
