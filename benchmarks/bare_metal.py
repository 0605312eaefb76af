"""A compiled model alone on QEMU's Cortex-M4F: its answers, and exactly how many instructions an inference takes."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.codegen.emit import Compiled
from plumbline.convert.codegen.templating import rows
from plumbline.convert.model.graph import Graph

TICKS_PER_INSTRUCTION = 1.6
"""Of the 25 MHz timer where an instruction lasts 64 ns (-icount shift=6)."""
COMPILER, EMULATOR = "arm-none-eabi-gcc", "qemu-system-arm"
CORTEX_M4F = ["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"]
PLACES = ["--specs=rdimon.specs", "-Wl,--section-start=.vectors=0", "-Wl,-Tdata=0x20000000"]
START = """
#include <stdint.h>
#include <stdio.h>
#include <string.h>
extern void _start(void);
__attribute__((section(".vectors"), used)) static void (*const vectors[])(void) = { (void (*)(void))0x20400000, _start };
"""
"""Before a program for `PLACES`: newlib's start for semihosting needs a stack pointer and nothing else; the machine has 4 MB of RAM at 0x20000000."""

DRIVER = """
#include "plumbline_compiled.h"
static int8_t memory[PLUMBLINE_COMPILED_MEMORY_BYTES] __attribute__((aligned(4)));
static const int8_t inputs[%(count)d][%(input)d] __attribute__((aligned(4))) = {
%(rows)s
};
static volatile uint32_t *const timer = (volatile uint32_t *)0x40000000; // control, value, reload
static void nothing(int8_t *m) { __asm__ volatile("" : : "r"(m) : "memory"); }
static void (*volatile const run[2])(int8_t *) = { nothing, plumbline_compiled_invoke };
static uint32_t ticks(int which)
{
    void (*const function)(int8_t *) = run[which];
    const uint32_t start = timer[1];
    function(memory);
    return start - timer[1];
}
int main(void)
{
    timer[2] = timer[1] = 0xffffffffu;
    timer[0] = 1;
%(reset)s    for (int i = 0; i < %(count)d; ++i) {
        %(given)s
        const uint32_t empty = ticks(0), taken = ticks(1) - empty;
        if (fwrite(&taken, 4, 1, stdout) != 1) return 1;
        %(taken)s
    }
    return 0;
}
"""


@dataclass(frozen=True)
class Run:
    """`answers` (N, output bytes); the most instructions that any of the N inferences took, the call not counted; bytes of code."""

    answers: NDArray[np.int8]
    instructions: int
    code: int


def run(folder: Path, compiled: Compiled, graph: Graph, codes: NDArray[np.int8], level: str = "-O2") -> Run:
    """Compile a model for the chip and answer its inputs (N, input bytes), of a model with a state as one sequence.

    Raises:
        subprocess.CalledProcessError: a tool failed.
        subprocess.TimeoutExpired: QEMU did not end.
    """
    source, driver, target, image = (folder / name for name in ("plumbline_compiled.c", "driver.c", "model.o", "image.elf"))
    source.write_text(compiled.source)
    source.with_suffix(".h").write_text(compiled.header)
    reset = "    plumbline_compiled_reset(memory);\n" if graph.stateful else ""
    inputs, offsets = [each.bytes for each in graph.inputs], compiled.memory.offsets
    places = zip(graph.inputs, np.cumsum([0, *inputs]), strict=False)
    filled = {
        "reset": reset,
        "count": len(codes),
        "input": sum(inputs),
        "rows": rows(codes.ravel()),
        "given": " ".join(f"memcpy(memory + {offsets[each.index]}, inputs[i] + {at}, {each.bytes});" for each, at in places),
        "taken": " ".join(f"if (fwrite(memory + {offsets[each.index]}, {each.bytes}, 1, stdout) != 1) return 1;" for each in graph.outputs),
    }
    driver.write_text(START + DRIVER % filled)
    subprocess.run([COMPILER, "-std=c99", *CORTEX_M4F, level, "-c", source, "-o", target], check=True)
    subprocess.run([COMPILER, "-std=gnu99", *CORTEX_M4F, "-O1", target, driver, *PLACES, "-o", image], check=True)
    sections = subprocess.run(["arm-none-eabi-size", "-A", target], check=True, capture_output=True, text=True).stdout
    records = np.frombuffer(semihost(image), np.dtype([("ticks", "<u4"), ("answer", np.int8, (graph.output_bytes,))]))
    return Run(
        records["answer"],
        round(int(records["ticks"].max()) / TICKS_PER_INSTRUCTION),
        sum(int(size) for size in re.findall(r"^\.text\S*\s+(\d+)", sections, re.MULTILINE)),
    )


def semihost(image: Path) -> bytes:
    """Run a program on QEMU's Cortex-M4F, an instruction every 64 ns, and return what it wrote.

    Raises:
        subprocess.CalledProcessError: it failed.
        subprocess.TimeoutExpired: it did not end.
    """
    command = [EMULATOR, "-M", "mps2-an386", "-display", "none", "-monitor", "none", "-serial", "none", "-icount", "shift=6"]
    command += ["-semihosting-config", "enable=on,target=native", "-kernel", str(image)]
    return subprocess.run(command, check=True, capture_output=True, timeout=600).stdout


def straight_line(folder: Path, compiled: Compiled) -> tuple[int, int]:
    """Instructions and bytes of a model whose code has no branch and no call, so that what stands in the object file is what runs.

    Raises:
        ValueError: there is one.
    """
    source, target = folder / "plumbline_compiled.c", folder / "model.o"
    source.write_text(compiled.source)
    source.with_suffix(".h").write_text(compiled.header)
    subprocess.run([COMPILER, "-std=c99", *CORTEX_M4F, "-O2", "-c", source, "-o", target], check=True)
    listing = subprocess.run(["arm-none-eabi-objdump", "-d", target], check=True, capture_output=True, text=True).stdout
    code = re.findall(r"^\s+[0-9a-f]+:\t([0-9a-f ]+?)\s*\t(\S+)", listing, re.MULTILINE)
    if code[-1][1] == "nop":  # behind the return, for alignment
        code.pop()
    if [name for _, name in code if name.startswith(("b", "cb"))] != ["bx"]:
        raise ValueError("the code branches")
    return len(code), sum(len(word.replace(" ", "")) // 2 for word, _ in code)
