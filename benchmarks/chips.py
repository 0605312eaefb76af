"""Processors in QEMU that run a bare program: compiler, machine, start, output and a timer of each."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ARM = """
#include <stdint.h>
#include <stdio.h>
#include <string.h>
extern void _start(void);
__attribute__((section(".vectors"), used)) static void (*const vectors[])(void) = { (void (*)(void))0x%(ram_end)x, _start };
static int say(const void *bytes, uint32_t count) { return fwrite(bytes, 1, count, stdout) == count; }
static volatile uint32_t *const timer = (volatile uint32_t *)0x%(timer)x; // control, value, reload
static inline void timer_begin(void) { timer[2] = timer[1] = 0xffffffffu; timer[0] = 1; }
static inline uint32_t timer_now(void) { return 0u - timer[1]; }
"""
"""newlib's start for semihosting needs a stack pointer and nothing else; a timer of the CMSDK counts down."""
TRAPPING = "static inline void chip_begin(void) { *(volatile uint32_t *)0xe000ed14u |= 1u << 3; } // UNALIGN_TRP of CCR\n"
FLOATING = "static inline void chip_begin(void) { *(volatile uint32_t *)0xe000ed88u |= 0xfu << 20; } // CP10 and CP11 of CPACR: the FPU\n"
PLAIN = "static inline void chip_begin(void) { }\n"
RISCV = """
#include <stdint.h>
#include <string.h>
static uintptr_t semihost(uintptr_t what, const void *with)
{
    register uintptr_t a0 __asm__("a0") = what;
    register const void *a1 __asm__("a1") = with;
    __asm__ volatile(".option push\\n.option norvc\\n.balign 16\\nslli x0, x0, 0x1f\\nebreak\\nsrai x0, x0, 7\\n.option pop"
                     : "+r"(a0) : "r"(a1) : "memory");
    return a0;
}
static int say(const void *bytes, uint32_t count)
{
    static uintptr_t handle;
    if (!handle) handle = semihost(1, (const uintptr_t[]){ (uintptr_t)":tt", 4, 3 }); // SYS_OPEN of stdout
    return semihost(5, (const uintptr_t[]){ handle, (uintptr_t)bytes, count }) == 0; // SYS_WRITE: how many are left
}
static inline void timer_begin(void) { }
static inline uint32_t timer_now(void) { return *(volatile uint32_t *)0x0200bff8u; } // the lower half of mtime
"""
"""picolibc starts and ends the program through semihosting, but writes single bytes, and those to stderr."""


@dataclass(frozen=True)
class Chip:
    """A processor, and the machine of QEMU around it."""

    name: str
    prefix: str
    """Of its compiler's programs."""
    flags: tuple[str, ...]
    link: tuple[str, ...]
    machine: tuple[str, ...]
    """QEMU's program, and the options of the machine and its clock."""
    start: str
    """C that a program begins with: `chip_begin()`, `say(bytes, count)`, `timer_begin()` and `timer_now()`, which counts up."""
    ticks_per_instruction: float

    @property
    def missing(self) -> str | None:
        """What it needs and is not there, for a test that is skipped; None where all is."""
        missing = [each for each in (f"{self.prefix}gcc", self.machine[0]) if shutil.which(each) is None]
        return f"needs {' and '.join(missing)}" if missing else None

    def compile(self, options: Sequence[str | Path]) -> None:
        """Start its compiler; raises subprocess.CalledProcessError or TimeoutExpired."""
        subprocess.run([f"{self.prefix}gcc", *self.flags, *options], check=True, timeout=300)

    def answer(self, image: Path) -> bytes:
        """Run a program and return what it said.

        Raises:
            subprocess.CalledProcessError: it failed.
            subprocess.TimeoutExpired: it did not end.
        """
        command = [*self.machine, "-display", "none", "-monitor", "none", "-serial", "none"]
        command += ["-semihosting-config", "enable=on,target=native", "-kernel", str(image)]
        return subprocess.run(command, check=True, capture_output=True, timeout=600).stdout


def cortex(name: str, flags: Sequence[str], machine: str, code: int, data: int, timer: int, nanoseconds: int, hertz: int, more: str = PLAIN) -> Chip:
    """A Cortex-M, code and data at these addresses with 4 MB each; an instruction lasts so many nanoseconds, a power of two, and the timer has so
    many ticks a second."""
    start = ARM % {"ram_end": data + 0x400000, "timer": timer} + more
    link = ("--specs=rdimon.specs", f"-Wl,--section-start=.vectors={code:#x}", f"-Wl,-Ttext-segment={code + 0x8000:#x}", f"-Wl,-Tdata={data:#x}")
    clock = ("-icount", f"shift={nanoseconds.bit_length() - 1}")
    qemu = ("qemu-system-arm", "-M", machine, *clock)
    return Chip(name, "arm-none-eabi-", (*flags, "-mthumb"), link, qemu, start, nanoseconds * hertz * 1e-9)


HARD = ("-mfloat-abi=hard",)
MPS2, IOT_KIT = (0, 0x20000000, 0x40000000, 64, 25_000_000), (0x10000000, 0x38000000, 0x50000000, 128, 20_000_000)
"""Code, data, timer, nanoseconds an instruction and ticks a second of the boards mps2-an385 to an500, and of an505 in its secure state."""
M0 = cortex("Cortex-M0", ("-mcpu=cortex-m0", "-mfloat-abi=soft"), "mps2-an385", *MPS2, TRAPPING)
"""Its instructions on a Cortex-M3, which traps where a word is not aligned, as a Cortex-M0 does."""
M3 = cortex("Cortex-M3", ("-mcpu=cortex-m3", "-mfloat-abi=soft"), "mps2-an385", *MPS2)
M4F = cortex("Cortex-M4F", ("-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", *HARD), "mps2-an386", *MPS2, FLOATING)
M7F = cortex("Cortex-M7F", ("-mcpu=cortex-m7", "-mfpu=fpv5-d16", *HARD), "mps2-an500", *MPS2, FLOATING)
M33F = cortex("Cortex-M33F", ("-mcpu=cortex-m33", "-mfpu=fpv5-sp-d16", *HARD), "mps2-an505", *IOT_KIT, FLOATING)
RV32 = Chip(
    "RV32IMAC",
    "riscv64-unknown-elf-",
    ("-march=rv32imac", "-misa-spec=2.2", "-mabi=ilp32", "-mcmodel=medany", "--specs=picolibc.specs"),
    (
        *("--crt0=semihost", "--oslib=semihost"),
        *("-Wl,--defsym=__flash=0x80000000", "-Wl,--defsym=__flash_size=0x1000000", "-Wl,--defsym=__ram=0x81000000"),
        *("-Wl,--defsym=__ram_size=0x1000000", "-Wl,--defsym=__stack_size=0x10000"),
    ),
    ("qemu-system-riscv32", "-M", "virt", "-bios", "none", "-icount", "shift=8"),
    RISCV + PLAIN,
    2.56,
)
CHIPS = (M0, M3, M4F, M7F, M33F, RV32)
