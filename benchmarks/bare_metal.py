"""A compiled model alone on a processor in QEMU: its answers, and exactly how many instructions an inference takes."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.chips import M4F, Chip
from plumbline.convert.codegen.emit import Compiled
from plumbline.convert.codegen.templating import rows
from plumbline.convert.model.graph import Graph

DRIVER = """
#include "plumbline_compiled.h"
static int8_t memory[PLUMBLINE_COMPILED_MEMORY_BYTES] __attribute__((aligned(4)));
static const int8_t inputs[%(count)d][%(input)d] __attribute__((aligned(4))) = {
%(rows)s
};
static void nothing(int8_t *m) { __asm__ volatile("" : : "r"(m) : "memory"); }
static void (*volatile const run[2])(int8_t *) = { nothing, plumbline_compiled_invoke };
static uint32_t ticks(int which)
{
    void (*const function)(int8_t *) = run[which];
    const uint32_t start = timer_now();
    function(memory);
    return timer_now() - start;
}
int main(void)
{
    chip_begin();
    timer_begin();
%(reset)s    for (int i = 0; i < %(count)d; ++i) {
        %(given)s
        const uint32_t empty = ticks(0), taken = ticks(1) - empty;
        if (!say(&taken, 4)) return 1;
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


def run(folder: Path, compiled: Compiled, graph: Graph, codes: NDArray[np.int8], level: str = "-O2", chip: Chip = M4F) -> Run:
    """Compile a model for a chip and answer its inputs (N, input bytes), of a model with a state as one sequence.

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
        "taken": " ".join(f"if (!say(memory + {offsets[each.index]}, {each.bytes})) return 1;" for each in graph.outputs),
    }
    driver.write_text(chip.start + DRIVER % filled)
    chip.compile(["-std=c99", level, "-c", source, "-o", target])
    chip.compile(["-std=gnu99", "-O1", target, driver, *chip.link, "-o", image])
    sections = subprocess.run([f"{chip.prefix}size", "-A", target], check=True, capture_output=True, text=True).stdout
    records = np.frombuffer(chip.answer(image), np.dtype([("ticks", "<u4"), ("answer", np.int8, (graph.output_bytes,))]))
    return Run(
        records["answer"],
        round(int(records["ticks"].max()) / chip.ticks_per_instruction),
        sum(int(size) for size in re.findall(r"^\.text\S*\s+(\d+)", sections, re.MULTILINE)),
    )


def straight_line(folder: Path, compiled: Compiled) -> tuple[int, int]:
    """Instructions and bytes of a model whose code has no branch and no call, so that what stands in the object file is what runs.

    Raises:
        ValueError: there is one.
    """
    source, target = folder / "plumbline_compiled.c", folder / "model.o"
    source.write_text(compiled.source)
    source.with_suffix(".h").write_text(compiled.header)
    M4F.compile(["-std=c99", "-O2", "-c", source, "-o", target])
    listing = subprocess.run([f"{M4F.prefix}objdump", "-d", target], check=True, capture_output=True, text=True).stdout
    code = re.findall(r"^\s+[0-9a-f]+:\t([0-9a-f ]+?)\s*\t(\S+)", listing, re.MULTILINE)
    if code[-1][1] == "nop":  # behind the return, for alignment
        code.pop()
    if [name for _, name in code if name.startswith(("b", "cb"))] != ["bx"]:
        raise ValueError("the code branches")
    return len(code), sum(len(word.replace(" ", "")) // 2 for word, _ in code)
