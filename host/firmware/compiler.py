"""The compiler of the virtual board's firmware: GCC where it is installed with its C library, else the clang of PyPI's package `ziglang`.

Sizes and counts that the project names are GCC's.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from plumbline.common import system
from plumbline.common.errors import CompilerMissing, UsageError
from plumbline.common.paths import CHECKOUT

GCC = "arm-none-eabi-gcc"
CHOICE = "PLUMBLINE_COMPILER"
"""Environment variable: `gcc` or `zig`, for somebody who has both and wants the other."""
_INSTALL = system.install("gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-dev", "--cask gcc-arm-embedded")


def zig() -> Path | None:
    """The program `zig` where it is to compile; None where GCC is, or neither is there.

    Raises:
        UsageError: PLUMBLINE_COMPILER names another one.
    """
    choice = os.environ.get(CHOICE, "")
    if choice not in ("", "gcc", "zig"):
        raise UsageError(f"There is no compiler {choice!r}.", f"{CHOICE} is gcc or zig.")
    if choice == "gcc" or (not choice and not _gcc_lacks(os.environ.get("PATH", ""))):
        return None
    package = importlib.util.find_spec("ziglang")
    return Path(package.origin).with_name("zig") if package and package.origin else None


def check(needs_gcc: bool) -> None:
    """See that there is a compiler with its library.

    Args:
        needs_gcc: the firmware is C++ that needs a standard library, which Zig's package has not for such a chip.

    Raises:
        CompilerMissing: with the line to type.
        UsageError: see `zig`.
    """
    choice, lacks, other = os.environ.get(CHOICE), _gcc_lacks(os.environ.get("PATH", "")), zig() is not None
    if needs_gcc and (other or lacks):
        why = lacks or f"{CHOICE} is zig"
        raise CompilerMissing(f"TensorFlow Lite Micro for the virtual board is compiled with {GCC}: {why}.", f"Install it: {_INSTALL}")
    if choice == "zig" and not other:
        raise CompilerMissing("PyPI's package ziglang is not installed.", f"Install it: {sys.executable} -m pip install ziglang")
    if lacks and not other:
        pypi = "Run `make setup`, which takes a compiler from PyPI" if CHECKOUT else f"Take one from PyPI: {sys.executable} -m pip install ziglang"
        raise CompilerMissing(f"The virtual board's firmware is compiled with {GCC}: {lacks}.", f"{pypi}; or install it: {_INSTALL}")


@lru_cache
def _gcc_lacks(path: str) -> str:
    """What is missing of GCC where the programs are looked for in `path`; empty where it is complete."""
    if shutil.which(GCC, path=path) is None:
        return "it is not installed"
    for needed in ("nano.specs", "libc_nano.a"):
        if subprocess.run([GCC, f"-print-file-name={needed}"], capture_output=True, text=True, check=True).stdout.strip() == needed:
            return f"its C library is not installed ({needed} is missing)"
    return ""
