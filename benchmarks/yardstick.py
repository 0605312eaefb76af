"""The four models of MLPerf Tiny, which nobody here trained, compiled for a Cortex-M4: exact against TFLM, and instructions beside TFLM's.

`python -m benchmarks.yardstick [folder]`; the folder holds kws, vww, ic and ad.tflite from benchmark/training/*/trained_models of the public
repository mlcommons/tiny.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks import bare_metal
from plumbline.common.ending import run
from plumbline.common.paths import ROOT
from plumbline.convert.codegen.emit import Compiled, compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.graph import Graph
from plumbline.convert.operators.macs import multiply_accumulates
from plumbline.convert.references import tflm

FOLDER = ROOT.parent / "shared" / "models" / "mlperf_tiny"
NATIVE, ON_BOARD = 1000, 10

TFLM = {"kws": (7_700_000, 22_820), "vww": (24_100_000, 100_708), "ic": (29_900_000, 54_996), "ad": (583_000, 2_580)}
"""Instructions per inference and arena of TFLM with CMSIS-NN at -O2, measured once on the same virtual board with the same compiler (GCC 12.2,
tflite-micro commit 90b983c, CMSIS-NN 4ab83cc)."""

PROGRAM = """
#include <stdio.h>
#include "plumbline_compiled.h"
static int8_t memory[PLUMBLINE_COMPILED_MEMORY_BYTES];
int main(void)
{
    while (fread(memory + PLUMBLINE_COMPILED_INPUT_OFFSET, %d, 1, stdin) == 1) {
        plumbline_compiled_invoke(memory);
        if (fwrite(memory + PLUMBLINE_COMPILED_OUTPUT_OFFSET, %d, 1, stdout) != 1) return 1;
    }
    return 0;
}
"""


def inputs(graph: Graph, count: int) -> NDArray[np.int8]:
    """Random codes, a tenth of them extremes only, and all lowest, all highest, all real 0."""
    rng = np.random.default_rng(9)
    result = rng.integers(-128, 128, (count, graph.input.elements)).astype(np.int8)
    result[3::10] = rng.choice((-128, 127), result[3::10].shape)
    result[:3] = np.array([[-128], [127], [graph.input.quantized.zero_point]])
    return result


def natively(folder: Path, compiled: Compiled, graph: Graph, codes: NDArray[np.int8]) -> NDArray[np.int8]:
    """The answers of the same C on this computer."""
    (folder / "plumbline_compiled.c").write_text(compiled.source)
    (folder / "plumbline_compiled.h").write_text(compiled.header)
    (folder / "native.c").write_text(PROGRAM % (graph.input.bytes, graph.output.bytes))
    subprocess.run(["cc", "-std=c99", "-O2", folder / "plumbline_compiled.c", folder / "native.c", "-o", folder / "native"], check=True)
    said = subprocess.run([folder / "native"], input=codes.tobytes(), check=True, capture_output=True).stdout
    return np.frombuffer(said, np.int8).reshape(len(codes), -1)


def measured(name: str, raw: bytes) -> list[str]:
    """A row of the table."""
    graph = read(raw)
    compiled = compile_graph(graph, name, bytes(32))
    codes = inputs(graph, NATIVE)
    expected = tflm.Interpreter(raw, graph).run(codes)
    with tempfile.TemporaryDirectory() as folder:
        equal = int(np.all(natively(Path(folder), compiled, graph, codes) == expected, axis=1).sum())
        board = bare_metal.run(Path(folder), compiled, graph, codes[:ON_BOARD])
    equal_there = int(np.all(board.answers == expected[:ON_BOARD], axis=1).sum())
    instructions, arena = TFLM[name]
    work = sum(multiply_accumulates(operator) or 0 for operator in graph.operators)
    return [
        name,
        f"{board.instructions:,}",
        f"{instructions:,}",
        f"{board.instructions / instructions:.2f}",
        f"{board.instructions / work:.2f}",
        f"{board.code:,}",
        f"{compiled.memory.bytes:,}",
        f"{arena:,}",
        f"{equal:,}/{NATIVE:,}",
        f"{equal_there}/{ON_BOARD}",
    ]


def one_neuron() -> str:
    """What the smallest model there is costs."""
    path = ROOT / "build" / "linear" / "model.tflite"
    if not path.is_file():
        return "y = 2x - 1 was not measured: run `make convert` first."
    compiled = compile_graph(read(path.read_bytes()), "linear", bytes(32))
    with tempfile.TemporaryDirectory() as folder:
        instructions, code = bare_metal.straight_line(Path(folder), compiled)
    return f"y = 2x - 1 alone: {instructions} instructions, {code} bytes of code and {compiled.constant_bytes} of constants."


def main() -> int:
    Console().print(one_neuron())
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    if not all((folder / f"{name}.tflite").is_file() for name in TFLM):
        Console().print(f"The yardstick was not measured: it needs {', '.join(f'{name}.tflite' for name in TFLM)} of mlcommons/tiny in {folder}.")
        return 0
    table = Table(title="MLPerf Tiny's models on the virtual board's Cortex-M4 (GCC -O2), TFLM with CMSIS-NN beside them")
    for column in ("model", "instructions", "TFLM", "ratio", "per MAC", "code, B", "memory, B", "TFLM's arena, B", "exact", "on the board"):
        table.add_column(column, justify="left" if column == "model" else "right")
    for name in TFLM:
        table.add_row(*measured(name, (folder / f"{name}.tflite").read_bytes()))
    Console(width=140).print(table)
    return 0


if __name__ == "__main__":
    run(main)
