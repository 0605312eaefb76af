"""The packages of the system that make may ask for.

Each is a pair: a command, or a file of a compiler, that shows that the package is there, and the Debian package that brings it. `bootstrap.present`
says what may stand for the former.
"""

from __future__ import annotations

import platform

from plumbline.common import system
from plumbline.common.recipe_needs import needs_of_all

GCC = {
    "arm-none-eabi-gcc": "gcc-arm-none-eabi",
    "arm-none-eabi-gcc:nano.specs": "libnewlib-arm-none-eabi",
    "arm-none-eabi-gcc:libc_nano.a": "libnewlib-arm-none-eabi",
    "arm-none-eabi-g++:include/c++": "libstdc++-arm-none-eabi-dev",
}
QEMU = {"qemu-system-arm": "qemu-system-arm"}
RISCV = {
    # Debian 13 took it out of qemu-system-misc.
    "qemu-system-riscv32": "qemu-system-misc" if system.debian() == 12 else "qemu-system-riscv",
    "riscv64-unknown-elf-gcc": "gcc-riscv64-unknown-elf",
    "riscv64-unknown-elf-gcc:picolibc.specs": "picolibc-riscv64-unknown-elf",
}
ARM = {**GCC, **QEMU}
NATIVE = {
    "gcc": "gcc",
    "g++": "g++",
    "g++:libasan.so": "g++",
    "/usr/include/doctest/doctest.h": "doctest-dev",
    "/usr/include/stdlib.h": "libc6-dev",
}
FUZZER = {"clang": "clang", f"clang:libclang_rt.fuzzer-{platform.machine()}.a": "libclang-rt-dev"}
EXPORTS = {
    "avr-gcc": "gcc-avr",
    "/usr/lib/avr/include/avr/io.h": "avr-libc",
    "simavr": "simavr",
    "aarch64-linux-gnu-gcc": "gcc-aarch64-linux-gnu",
    "aarch64-linux-gnu-gcc:libc.a": "libc6-dev-arm64-cross",
    "cmake": "cmake",
    "cppcheck": "cppcheck",
    "unzip": "unzip",
    "cargo": "cargo",
    "rustc": "rustc",
    "/usr/share/cargo/registry/cc-*": "librust-cc-dev",
}
"""What builds exported models as others would: 130 MB come, 590 MB on the disk."""
BROWSER = {"chromium|chromium-browser|google-chrome|google-chrome-stable|chrome": "chromium"}
TEST = {**ARM, **NATIVE}
GROUPS = {
    "none": {},
    "compiler": GCC,
    "virtual": ARM,
    "gcc": ARM,
    "boards": {**ARM, **RISCV},
    "test": TEST,
    "bench": {},
    "torture": {**TEST, **FUZZER},
    "ci": {"/usr/sbin/ser2net": "ser2net", **TEST, **RISCV, **FUZZER, **EXPORTS, **BROWSER, **needs_of_all()},
}
"""What the commands need beside Python's packages. `compiler` and `virtual` take what is missing from PyPI and unpack QEMU, without any right; the
others want the system's packages. `bench` brings labgrid. `ci` leaves no test out; on a person's machine those that need a browser, espeak-ng, clang,
labgrid or one of EXPORTS are skipped where there is none.
"""
PORTABLE = ("compiler", "virtual")

ELSEWHERE = {
    "dnf": (
        "sudo dnf install",
        {
            "gcc-arm-none-eabi": "arm-none-eabi-gcc-cs",
            "libnewlib-arm-none-eabi": "arm-none-eabi-newlib",
            "libstdc++-arm-none-eabi-dev": "arm-none-eabi-gcc-cs-c++",
            "g++": "gcc-c++ libasan libubsan",
            "libc6-dev": "glibc-devel",
            "doctest-dev": "doctest-devel",
            "libclang-rt-dev": "compiler-rt",
        },
    ),
    "pacman": (
        "sudo pacman -S",
        {
            "gcc-arm-none-eabi": "arm-none-eabi-gcc",
            "libnewlib-arm-none-eabi": "arm-none-eabi-newlib",
            "libstdc++-arm-none-eabi-dev": "arm-none-eabi-newlib",
            "g++": "gcc",
            "libc6-dev": "glibc",
            "doctest-dev": "doctest",
            "libclang-rt-dev": "compiler-rt",
        },
    ),
    "brew": (
        "brew install",
        {
            "gcc-arm-none-eabi": "gcc-arm-embedded",
            "libnewlib-arm-none-eabi": "gcc-arm-embedded",
            "libstdc++-arm-none-eabi-dev": "gcc-arm-embedded",
            "qemu-system-arm": "qemu",
            "doctest-dev": "doctest",
            "libclang-rt-dev": "llvm",
            "qemu-system-riscv": "qemu",
            "gcc-riscv64-unknown-elf": "riscv64-elf-gcc",
        },
    ),
}
"""How other systems install packages, and what they call them where that is not Debian's name."""
