"""Shared libraries of generated C: compiled once by this computer's compiler, and kept in a folder of the user's own.

A library's name is a hash of all that it is made of. It is compiled in a folder beside and moved into its place whole, so that processes that compile
the same model at the same time do not disturb each other. Code is loaded from no folder that somebody else could write.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import importlib.util
import os
import platform
import shutil
import stat
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from plumbline.common import system
from plumbline.common.errors import BuildFailed, CompilerMissing
from plumbline.common.paths import cache

KEPT = 64
"""Libraries that stay: those that were used last."""
FLAGS = ("-std=gnu11", "-O3", "-shared", "-fPIC", "-fvisibility=hidden", "-w")
VECTORS = "avx2"
"""What the native kernels of `native.h` use where the processor has it."""
DEADLINE_SECONDS = 600
SUFFIX = ".so"


@dataclass(frozen=True)
class Compiler:
    """A C compiler of this computer."""

    command: tuple[str, ...]
    version: str
    """The first line that it says of itself."""


def compilers() -> list[Compiler]:
    """The C compilers that are there: the system's, then the one of PyPI's package ziglang."""
    commands = [(found,) for name in ("gcc", "clang", "cc") if (found := shutil.which(name))]
    package = importlib.util.find_spec("ziglang")
    if package is not None and package.origin:
        commands.append((str(Path(package.origin).with_name("zig")), "cc"))  # type: ignore[arg-type]
    return [Compiler(command, version) for command in commands if (version := version_of(command))]


@functools.lru_cache
def version_of(command: tuple[str, ...]) -> str:
    """What a compiler says of itself; empty where it does not run, as macOS's cc without its developer tools."""
    try:
        done = subprocess.run([*command, "--version"], capture_output=True, text=True, errors="replace", timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.partition("\n")[0].strip() if done.returncode == 0 else ""


@functools.lru_cache
def vector_flags() -> tuple[str, ...]:
    """What the compiler is told of this processor: whether it has AVX2."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return ()
    try:
        if sys.platform == "darwin":
            said = subprocess.run(["sysctl", "-n", "machdep.cpu.leaf7_features"], capture_output=True, text=True, timeout=60).stdout
        else:
            said = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return (f"-m{VECTORS}",) if VECTORS in said.lower().split() else ()


def built(files: Mapping[str, str], main: str, folder: Path | None = None) -> tuple[ctypes.CDLL, str]:
    """Compile C, or find what was compiled of it before, and load it.

    Args:
        files: the sources by their names.
        main: the one that is compiled, which includes the others.
        folder: where libraries are kept; None for the user's cache.

    Returns:
        The library, and who compiled it.

    Raises:
        CompilerMissing: there is no compiler.
        BuildFailed: those that are there do not compile it.
    """
    found = compilers()
    if not found:
        hint = system.install("gcc", "llvm")
        raise CompilerMissing("This computer has no C compiler: neither gcc, clang nor cc, nor PyPI's package ziglang.", f"Install it: {hint}")
    place, said = private(folder or cache() / "loaded"), list[str]()
    for compiler in found:
        kept = place / f"{key(files, compiler)}{SUFFIX}"
        try:
            return opened(kept), compiler.version
        except OSError:  # not there, or damaged by a full disk
            pass
        try:
            compiled(files, main, compiler, kept)
            return opened(kept), compiler.version
        except (OSError, subprocess.SubprocessError, BuildFailed) as error:
            said.append(f"{' '.join(compiler.command)}: {error}")
    raise BuildFailed("The generated C cannot be compiled on this computer.\n" + "\n".join(said), 'engine="reference" needs no compiler.')


def key(files: Mapping[str, str], compiler: Compiler) -> str:
    """Of all that a library is made of."""
    parts = [*compiler.command, compiler.version, *FLAGS, *vector_flags(), platform.machine(), sys.platform]
    parts += [text for name in sorted(files) for text in (name, files[name])]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}:".encode() + part.encode())
    return digest.hexdigest()[:32]


def opened(path: Path) -> ctypes.CDLL:
    """Load a library, and note that it was used.

    Raises:
        OSError: it is not there, belongs to somebody else, or is damaged.
    """
    found = path.stat()
    if found.st_uid != os.getuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(f"{path} may have been written by somebody else")
    os.utime(path)
    return ctypes.CDLL(str(path))


def compiled(files: Mapping[str, str], main: str, compiler: Compiler, kept: Path) -> None:
    """Compile a library into its place.

    Raises:
        BuildFailed: with what the compiler says.
        OSError, subprocess.SubprocessError: it cannot be run.
    """
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".") as name:
        folder = Path(name)
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
        command = [*compiler.command, *FLAGS, *vector_flags(), main, "-o", kept.name]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=DEADLINE_SECONDS)
        if done.returncode:
            raise BuildFailed("\n".join(done.stderr.strip().splitlines()[:4]) or f"it ended with {done.returncode}")
        made = folder / kept.name
        made.chmod(0o700)
        with made.open("rb") as written:  # so that a power failure leaves no half of it behind its name
            os.fsync(written.fileno())
        made.replace(kept)
    prune(kept.parent)


def prune(folder: Path) -> None:
    """Leave the libraries that were used last. One that a process has loaded stays in its memory."""
    times = {}
    for path in folder.glob(f"*{SUFFIX}"):
        try:
            times[path] = path.stat().st_mtime
        except OSError:  # another process was here
            continue
    for path in sorted(times, key=lambda each: times[each], reverse=True)[KEPT:]:
        path.unlink(missing_ok=True)


def private(folder: Path) -> Path:
    """The folder, made if need be, into which only the user can write; a temporary one for this process where that is not possible."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid():
            if found.st_mode & 0o077:
                folder.chmod(0o700)
            if os.access(folder, os.W_OK | os.X_OK):
                return folder
    except OSError:
        pass
    return _temporary()


@functools.lru_cache
def _temporary() -> Path:
    """A folder of this process, removed at its end."""
    folder = Path(tempfile.mkdtemp(prefix="plumbline-"))  # mkdtemp's folders are the user's alone
    weakref.finalize(_temporary, shutil.rmtree, folder, ignore_errors=True)
    return folder
