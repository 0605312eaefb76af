"""A compiled model alone on QEMU's Cortex-M4F: its answers, and exactly how many instructions an inference takes."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convert.compiler.emit import Compiled
from convert.graph import Graph
from convert.templating import rows

TICKS_PER_INSTRUCTION = 1.6
"""Of the 25 MHz timer where an instruction lasts 64 ns (-icount shift=6)."""
MACHINE = ["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"]
PLACES = ["--specs=rdimon.specs", "-Wl,--section-start=.vectors=0", "-Wl,-Tdata=0x20000000"]

# newlib's start for semihosting needs a stack pointer and nothing else; the machine has 4 MB of RAM at 0x20000000.
DRIVER = """
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "plumbline_compiled.h"
extern void _start(void);
__attribute__((section(".vectors"), used)) static void (*const vectors[])(void) = { (void (*)(void))0x20400000, _start };
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
    for (int i = 0; i < %(count)d; ++i) {
        memcpy(memory + PLUMBLINE_COMPILED_INPUT_OFFSET, inputs[i], %(input)d);
        const uint32_t empty = ticks(0), taken = ticks(1) - empty;
        if (fwrite(&taken, 4, 1, stdout) != 1) return 1;
        if (fwrite(memory + PLUMBLINE_COMPILED_OUTPUT_OFFSET, %(output)d, 1, stdout) != 1) return 1;
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
    """Compile a model for the chip and answer its inputs (N, input bytes).

    Raises:
        subprocess.CalledProcessError: a tool failed.
        subprocess.TimeoutExpired: QEMU did not end.
    """
    source, driver, target, image = (folder / name for name in ("plumbline_compiled.c", "driver.c", "model.o", "image.elf"))
    source.write_text(compiled.source)
    source.with_suffix(".h").write_text(compiled.header)
    filled = {"count": len(codes), "input": graph.input.bytes, "output": graph.output.bytes, "rows": rows(codes.ravel())}
    driver.write_text(DRIVER % filled)
    subprocess.run(["arm-none-eabi-gcc", "-std=c99", *MACHINE, level, "-c", source, "-o", target], check=True)
    subprocess.run(["arm-none-eabi-gcc", "-std=gnu99", *MACHINE, "-O1", target, driver, *PLACES, "-o", image], check=True)
    sections = subprocess.run(["arm-none-eabi-size", "-A", target], check=True, capture_output=True, text=True).stdout
    command = ["qemu-system-arm", "-M", "mps2-an386", "-display", "none", "-monitor", "none", "-serial", "none", "-icount", "shift=6"]
    said = subprocess.run(
        [*command, "-semihosting-config", "enable=on,target=native", "-kernel", image], check=True, capture_output=True, timeout=600
    ).stdout
    records = np.frombuffer(said, np.dtype([("ticks", "<u4"), ("answer", np.int8, (graph.output.bytes,))]))
    return Run(
        records["answer"],
        round(int(records["ticks"].max()) / TICKS_PER_INSTRUCTION),
        sum(int(size) for size in re.findall(r"^\.text\S*\s+(\d+)", sections, re.MULTILINE)),
    )
