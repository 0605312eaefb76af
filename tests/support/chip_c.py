"""Runs compiled models on a processor in QEMU: one bare program for many models, its answers written through semihosting."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.chips import M4F, Chip
from plumbline.convert.codegen.emit import Compiled, compile_graph
from plumbline.convert.codegen.templating import rows as initializer
from plumbline.convert.model.graph import Graph
from plumbline.convert.references.sequences import Starts
from tests.support.compiled_c import WARNINGS, ends, flags, one_unit, reset_of, write_header

LEVEL = ["-funsigned-char", "-Os"]
MANY = ["-fno-ipa-icf"]
"""GCC 12.2 with -Os makes one function of two alike, and of the second, where both are called from elsewhere, an empty one. Of many models in a unit
two may be alike; a model by itself has one such function."""

DRIVER = """
%(includes)s
%(inputs)s
struct end { size_t at, bytes; };
struct model {
    void (*invoke)(int8_t *), (*reset)(int8_t *);
    const int8_t *rows;
    const struct end *inputs, *outputs;
    size_t count;
    const char *starts;
};
%(ends)s
static const struct model models[] = { %(table)s };
static int8_t memory[%(largest)d] __attribute__((aligned(4)));
int main(void)
{
    chip_begin();
    for (size_t m = 0; m < sizeof models / sizeof *models; ++m) {
        const int8_t *row = models[m].rows;
        for (size_t r = 0; r < models[m].count; ++r) {
            if (models[m].reset && models[m].starts[r] == '1') models[m].reset(memory);
            for (const struct end *in = models[m].inputs; in->bytes; row += in->bytes, ++in) memcpy(memory + in->at, row, in->bytes);
            models[m].invoke(memory);
            for (const struct end *out = models[m].outputs; out->bytes; ++out) {
                if (!say(memory + out->at, out->bytes)) return 1;
            }
        }
    }
    return 0;
}
"""


def run(
    folder: Path, graphs: Sequence[Graph], codes: Sequence[NDArray[np.int8]], starts: Sequence[Starts | None] | None = None, chip: Chip = M4F
) -> list[NDArray[np.int8]]:
    """Answer each model's rows (N, input bytes), which `starts` makes sequences, on the chip; all models go into one image, no two of whose layers
    may have the same name."""
    begins = starts or [None] * len(graphs)
    compiled = [compile_graph(graph, f"m{i}", bytes(32)) for i, graph in enumerate(graphs)]
    headers = [write_header(folder, each, f"m{i}") for i, each in enumerate(compiled)]
    models = list(enumerate(zip(graphs, codes, strict=True)))
    inputs = (f"static const int8_t rows_{i}[] __attribute__((aligned(4))) = {{\n{initializer(fed.ravel())}\n}};" for i, (_, fed) in models)
    table = ", ".join(entry(f"m{i}", i, compiled[i], len(fed), begins[i]) for i, (_, fed) in models)
    unit, driver, image = folder / "unit.c", folder / "driver.c", folder / "image.elf"
    unit.write_text(one_unit({f"m{i}": each for i, each in enumerate(compiled)}))
    filled = {
        "includes": "\n".join(f'#include "{header.name}"' for header in headers),
        "inputs": "\n".join(inputs),
        "ends": "\n".join(ends(f"m{i}", graph, compiled[i].memory) for i, (graph, _) in models),
        "table": table,
        "largest": max(each.memory.bytes for each in compiled),
    }
    driver.write_text(chip.start + DRIVER % filled)
    chip.compile([*WARNINGS, *LEVEL, *(MANY if len(graphs) > 1 else []), unit, driver, *chip.link, "-o", image])
    said = chip.answer(image)
    answers: list[NDArray[np.int8]] = []
    at = 0
    for graph, fed in zip(graphs, codes, strict=True):
        size = len(fed) * graph.output_bytes
        answers.append(np.frombuffer(said[at : at + size], np.int8).reshape(len(fed), -1))
        at += size
    assert at == len(said)
    return answers


def entry(prefix: str, number: int, compiled: Compiled, rows: int, starts: Starts | None) -> str:
    """A model in the driver's table."""
    functions = f"{prefix}_compiled_invoke, {reset_of(prefix, compiled)}"
    return f"{{ {functions}, rows_{number}, {prefix}_inputs, {prefix}_outputs, {rows}, {flags(compiled, rows, starts)} }}"
