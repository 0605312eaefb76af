"""No compiler warns of exported C: one translation unit of many models, and each model by itself, as C99 and as C++."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.exported import exported, written

pytestmark = pytest.mark.slow

WARNINGS = ["-Wall", "-Wextra", "-Werror", "-Wconversion", "-Wshadow", "-Wundef", "-Wcast-align", "-pedantic"]
ARM = ["arm-none-eabi-gcc", "-mthumb"]
HEADERS = {"arm": "/usr/lib/arm-none-eabi/include", "riscv": "/usr/lib/picolibc/riscv64-unknown-elf/include"}
"""Debian's C library of a compiler that has none."""
RV32 = ["riscv64-unknown-elf-gcc", "-mabi=ilp32", "--specs=picolibc.specs"]
CLANG_ARM = ["clang", "--target=arm-none-eabi", "-isystem", HEADERS["arm"]]
ZIG = [sys.executable, "-m", "ziglang", "cc", "-target", "thumb-freestanding-eabi", "-isystem", HEADERS["arm"]]
COMPILERS = {
    "gcc": ["gcc"],
    "clang": ["clang"],
    "cortex-m0": [*ARM, "-mcpu=cortex-m0"],
    "cortex-m3": [*ARM, "-mcpu=cortex-m3"],
    "cortex-m4": [*ARM, "-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"],
    "cortex-m7": [*ARM, "-mcpu=cortex-m7"],
    "cortex-m33": [*ARM, "-mcpu=cortex-m33"],
    "cortex-m55": [*ARM, "-mcpu=cortex-m55", "-mfloat-abi=hard"],
    "rv32imac": [*RV32, "-march=rv32imac"],
    "rv32imc": [*RV32, "-march=rv32imc"],
    "aarch64": ["aarch64-linux-gnu-gcc"],
    "avr": ["avr-gcc", "-mmcu=atmega2560"],
    "clang-cortex-m0": [*CLANG_ARM, "-mcpu=cortex-m0"],
    "clang-cortex-m4": [*CLANG_ARM, "-mcpu=cortex-m4"],
    "clang-cortex-m55": [*CLANG_ARM, "-mcpu=cortex-m55"],
    "clang-aarch64": ["clang", "--target=aarch64-linux-gnu"],
    "clang-rv32": ["clang", "--target=riscv32-unknown-elf", "-march=rv32imac", "-isystem", HEADERS["riscv"]],
    "zig-cortex-m4": [*ZIG, "-mcpu=cortex_m4"],
}
PLUS = {
    "g++": ["g++"],
    "clang++": ["clang++"],
    "cortex-m0": ["arm-none-eabi-g++", "-mthumb", "-mcpu=cortex-m0"],
    "cortex-m4": ["arm-none-eabi-g++", "-mthumb", "-mcpu=cortex-m4"],
    "rv32imac": ["riscv64-unknown-elf-g++", "-march=rv32imac", *RV32[1:]],
    "avr": ["avr-g++", "-mmcu=atmega2560"],
    "clang-cortex-m4": ["clang++", *CLANG_ARM[1:], "-mcpu=cortex-m4"],
}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """All models in one translation unit, then each by itself."""
    folder = tmp_path_factory.mktemp("sources")
    return written(folder, exported(tmp_path_factory.mktemp("converted")))


def there(command: list[str]) -> list[str]:
    """The command; skips the test where the compiler or its library is missing."""
    headers = [command[at + 1] for at, option in enumerate(command) if option == "-isystem"]
    found = importlib.util.find_spec("ziglang") if "ziglang" in command else shutil.which(command[0])
    if not found or not all(Path(each).is_dir() for each in headers):
        pytest.skip(f"needs {' '.join(command[:1] + headers)}")
    return command


def compile_all(command: list[str], standard: str, sources: list[Path], folder: Path) -> None:
    """All models in one unit optimized, so that what only the optimizer sees is said too; each by itself as far as a compiler reads it."""
    together, *apart = sources
    subprocess.run([*command, standard, *WARNINGS, "-O2", "-c", together, "-o", folder / "together.o"], check=True, timeout=300)
    if "ziglang" not in command:  # which always makes an object
        subprocess.run([*command, standard, *WARNINGS, "-fsyntax-only", *apart], check=True, timeout=300)


@pytest.mark.parametrize("name", COMPILERS)
def test_no_compiler_warns_of_c(tmp_path: Path, sources: list[Path], name: str) -> None:
    compile_all(there(COMPILERS[name]), "-std=c99", sources, tmp_path)


@pytest.mark.parametrize("name", PLUS)
def test_no_compiler_warns_of_it_as_cxx(tmp_path: Path, sources: list[Path], name: str) -> None:
    compile_all([*there(PLUS[name]), "-x", "c++"], "-std=c++1z", sources, tmp_path)


@pytest.mark.parametrize(("name", "level"), [("gcc", "-O3"), ("clang", "-O0"), ("cortex-m4", "-Os"), ("cortex-m0", "-O0"), ("avr", "-Os")])
def test_nor_at_another_level(tmp_path: Path, sources: list[Path], name: str, level: str) -> None:
    subprocess.run([*there(COMPILERS[name]), "-std=c99", *WARNINGS, level, "-c", sources[0], "-o", tmp_path / "one.o"], check=True, timeout=300)


def test_a_warning_would_be_seen(tmp_path: Path, sources: list[Path]) -> None:
    command = there(COMPILERS["gcc"])
    spoiled = tmp_path / "spoiled.c"
    spoiled.write_text("#include <stdint.h>\nint8_t spoiled(int32_t value);\nint8_t spoiled(int32_t value)\n{\n    return value;\n}\n")
    for units in ([spoiled, sources[1]], [sources[1], spoiled]):
        with pytest.raises(subprocess.CalledProcessError):
            compile_all(command, "-std=c99", units, tmp_path)
