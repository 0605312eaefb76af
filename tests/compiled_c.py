"""Builds compiled models natively, with every warning an error and the sanitizers on, and runs them on codes."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convert.compiler.emit import compile_graph
from convert.graph import Graph
from convert.templating import environment

WARNINGS = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-Wconversion", "-pedantic"]
SANITIZERS = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
# What two models in one translation unit must not both define.
SYMBOLS = (
    "requantize",
    "plumbline_product",
    "plumbline_shifted",
    "plumbline_reciprocal",
    "plumbline_scaled",
    "plumbline_load_float",
    "plumbline_store_float",
    "scratch",
    "plumbline_shift_keeps_sign",
    "plumbline_compiled_invoke",
    "plumbline_compiled_constants",
    "plumbline_compiled_constant_count",
    "plumbline_block",
)

# Reads rows of codes for one model after the other and writes its answers. Each row lies in memory of exactly its size, so that the address
# sanitizer sees a single byte read or written too far.
DRIVER = """
#include <stdio.h>
#include <stdlib.h>
%(includes)s
struct model { void (*invoke)(const int8_t *, int8_t *); size_t inputs, outputs, rows; };
static const struct model models[] = { %(table)s };
int main(void)
{
    for (size_t m = 0; m < sizeof models / sizeof *models; ++m) {
        int8_t *in = malloc(models[m].inputs), *out = IN_PLACE ? in : malloc(models[m].outputs);
        if (!in || !out) return 2;
        for (size_t r = 0; r < models[m].rows; ++r) {
            if (fread(in, models[m].inputs, 1, stdin) != 1) return 3;
            models[m].invoke(in, out);
            if (fwrite(out, models[m].outputs, 1, stdout) != 1) return 4;
        }
        free(in);
        if (!IN_PLACE) free(out);
    }
    return 0;
}
"""


def write_sources(folder: Path, graph: Graph, prefix: str = "plumbline") -> Path:
    """plumbline_compiled.c and .h of a model, their public names changed to start with `prefix` so that many link together."""
    compiled = compile_graph(graph, prefix, bytes(32))
    header = environment().get_template("plumbline_compiled.h.j2").render(name=prefix, graph=graph, scratch_bytes=compiled.scratch_bytes)
    source = folder / f"{prefix}_compiled.c"
    for path, text in ((source, compiled.source), (source.with_suffix(".h"), header)):
        for symbol in (*SYMBOLS, "PLUMBLINE_COMPILED_H", "plumbline_compiled.h"):
            own = symbol.replace("plumbline", prefix).replace("PLUMBLINE", prefix)
            text = text.replace(symbol, own if own != symbol or prefix == "plumbline" else f"{prefix}_{symbol}")
        path.write_text(text)
    return source


def compiler() -> str | None:
    """A native C compiler, or None."""
    return shutil.which("gcc") or shutil.which("clang") or shutil.which("cc")


def run(
    folder: Path, graphs: Sequence[Graph], codes: Sequence[NDArray[np.int8]], together: int = 1, level: str = "-O1", in_place: bool = False
) -> list[NDArray[np.int8]]:
    """Compile all models into one program and answer each one's codes (N, inputs).

    So many models `together` form one translation unit, which compiles faster; then no two layers of them may have the same name. On request the
    input's bytes take the output, which must be as large.
    """
    found = compiler()
    assert found
    sources = [write_sources(folder, graph, f"m{i}") for i, graph in enumerate(graphs)]
    models = enumerate(zip(graphs, codes, strict=True))
    table = ", ".join(f"{{ m{i}_compiled_invoke, {graph.input.bytes}, {graph.output.bytes}, {len(rows)} }}" for i, (graph, rows) in models)
    units = sources
    if together > 1:
        units = [folder / f"unit{at}.c" for at in range(0, len(sources), together)]
        for unit, at in zip(units, range(0, len(sources), together), strict=True):
            unit.write_text("".join(f'#include "{source.name}"\n' for source in sources[at : at + together]))
    driver = folder / "driver.c"
    driver.write_text(DRIVER % {"includes": "\n".join(f'#include "{source.stem}.h"' for source in sources), "table": table})
    program = folder / "driver"
    subprocess.run(
        [found, *WARNINGS, *SANITIZERS, level, f"-DIN_PLACE={int(in_place)}", *map(str, [*units, driver]), "-o", str(program)],
        check=True,
        timeout=300,
    )
    fed = b"".join(struct.pack(f"{c.size}b", *c.ravel()) for c in codes)
    done = subprocess.run([str(program)], input=fed, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    answers: list[NDArray[np.int8]] = []
    at = 0
    for graph, rows in zip(graphs, codes, strict=True):
        size = len(rows) * graph.output.bytes
        answers.append(np.frombuffer(done.stdout[at : at + size], np.int8).reshape(len(rows), -1))
        at += size
    assert at == len(done.stdout)
    return answers
