"""The compiler of a firmware on our own start-up code: GCC where it is installed with its C library, else the clang of PyPI's package `ziglang`.

Sizes and counts that the project names are GCC's.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from plumbline.common import system
from plumbline.common.errors import CompilerMissing, UsageError
from plumbline.common.paths import CHECKOUT


@dataclass(frozen=True)
class Gcc:
    """GCC for a family of processors."""

    program: str
    needs: tuple[str, ...]
    """Files that show that its C library is there."""
    install: str
    """The line that brings both."""


GCC = "arm-none-eabi-gcc"
FAMILIES = {
    "arm": Gcc(
        GCC,
        ("nano.specs", "libc_nano.a"),
        system.install("gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-dev", "--cask gcc-arm-embedded"),
    ),
    "riscv32": Gcc(
        "riscv64-unknown-elf-gcc",
        ("picolibc.specs",),
        system.install("gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf", "riscv64-elf-gcc"),
    ),
}
"""By QEMU's names of the families."""
CHOICE = "PLUMBLINE_COMPILER"
"""Environment variable: `gcc` or `zig`, for somebody who has both and wants the other."""


def zig(family: str = "arm") -> Path | None:
    """The program `zig` where it is to compile; None where GCC is, or neither is there.

    Args:
        family: of the board's processor, one of FAMILIES.

    Raises:
        UsageError: PLUMBLINE_COMPILER names another one.
    """
    choice = os.environ.get(CHOICE, "")
    if choice not in ("", "gcc", "zig"):
        raise UsageError(f"There is no compiler {choice!r}.", f"{CHOICE} is gcc or zig.")
    if choice == "gcc" or (not choice and not _gcc_lacks(family, os.environ.get("PATH", ""))):
        return None
    package = importlib.util.find_spec("ziglang")
    return Path(package.origin).with_name("zig") if package and package.origin else None


def check(needs_gcc: bool, family: str = "arm") -> None:
    """See that there is a compiler with its library.

    Args:
        family: of the board's processor, one of FAMILIES.
        needs_gcc: the firmware is C++ that needs a standard library, which Zig's package has not for such a chip.

    Raises:
        CompilerMissing: with the line to type.
        UsageError: see `zig`.
    """
    gcc, choice, other = FAMILIES[family], os.environ.get(CHOICE), zig(family) is not None
    lacks = _gcc_lacks(family, os.environ.get("PATH", ""))
    if needs_gcc and (other or lacks):
        why = lacks or f"{CHOICE} is zig"
        raise CompilerMissing(f"TensorFlow Lite Micro for this board is compiled with {gcc.program}: {why}.", f"Install it: {gcc.install}")
    if choice == "zig" and not other:
        raise CompilerMissing("PyPI's package ziglang is not installed.", f"Install it: {sys.executable} -m pip install ziglang")
    if lacks and not other:
        pypi = "Run `make setup`, which takes a compiler from PyPI" if CHECKOUT else f"Take one from PyPI: {sys.executable} -m pip install ziglang"
        raise CompilerMissing(f"The board's firmware is compiled with {gcc.program}: {lacks}.", f"{pypi}; or install it: {gcc.install}")


@lru_cache
def _gcc_lacks(family: str, path: str) -> str:
    """What is missing of GCC where the programs are looked for in `path`; empty where it is complete."""
    gcc = FAMILIES[family]
    if shutil.which(gcc.program, path=path) is None:
        return "it is not installed"
    for needed in gcc.needs:
        if subprocess.run([gcc.program, f"-print-file-name={needed}"], capture_output=True, text=True, check=True).stdout.strip() == needed:
            return f"its C library is not installed ({needed} is missing)"
    return ""
