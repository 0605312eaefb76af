"""Builds compiled models natively, with every warning an error and the sanitizers on, and runs them on codes."""

from __future__ import annotations

import functools
import os
import re
import shutil
import struct
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.codegen.emit import Compiled, compile_graph
from plumbline.convert.codegen.planner import Plan
from plumbline.convert.codegen.templating import environment
from plumbline.convert.model.graph import Graph, Tensor
from plumbline.convert.references.sequences import Starts, begun

WARNINGS = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-Wconversion", "-Wshadow", "-pedantic"]
SANITIZERS = ["-fsanitize=address,undefined"]
SAYING = ["-g", "-fno-sanitize-recover=all"]
"""What is wrong, and in which line."""
TRAPPING = ["-fno-sanitize=pointer-overflow", "-fsanitize-trap=undefined"]
"""Clang's: undefined behaviour ends the program without a word, which compiles in a third of the time. An address that wraps round is left to the
address sanitizer, which sees it once it is used."""
PUBLIC = re.compile(r"\bplumbline_(?=compiled|block\b|shift_keeps_sign\b)|\bPLUMBLINE(?=_COMPILED)")
"""Where names begin that every model defines for itself."""
SHARED_TABLE = re.compile(r"^// .*\nstatic const \w+ (plumbline_\w+)\[.*\n(?: .*\n)+};\n", re.MULTILINE)
"""A constant that is the same in every model."""
TYPEDEF = re.compile(r"^typedef \w+ PLUMBLINE_SHARED\(\d\) (\w+);\n", re.MULTILINE)
"""A type of values wider than a byte, which is the same too."""

APART = 16
"""Bytes that nobody may touch behind everything that lies in a model's memory: the address sanitizer sees a single byte read or written too far."""

# Reads rows of codes for one model after the other and writes its answers. Before each row a model's memory is scribbled over, but for its variables.
DRIVER = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sanitizer/asan_interface.h>
%(includes)s
struct end { size_t at, bytes; };
struct model {
    void (*invoke)(int8_t *), (*reset)(int8_t *);
    size_t memory;
    const struct end *inputs, *outputs, *variables;
    size_t rows;
    const char *starts;
    const unsigned *free;
};
%(ends)s
%(zones)s
static const struct model models[] = { %(table)s };
int main(void)
{
    for (size_t m = 0; m < sizeof models / sizeof *models; ++m) {
        const struct model *const it = &models[m];
        int8_t *memory = malloc(it->memory), *kept = malloc(it->memory);
        if (!memory || !kept) return 2;
        for (size_t r = 0; r < it->rows; ++r) {
            memcpy(kept, memory, it->memory);
            memset(memory, 0x55, it->memory);
            for (const struct end *each = it->variables; each->bytes; ++each) memcpy(memory + each->at, kept + each->at, each->bytes);
            if (it->reset && it->starts[r] == '1') it->reset(memory);
            for (const struct end *in = it->inputs; in->bytes; ++in) {
                if (fread(memory + in->at, in->bytes, 1, stdin) != 1) return 3;
            }
            for (const unsigned *zone = it->free; zone[1]; zone += 2) ASAN_POISON_MEMORY_REGION(memory + zone[0], zone[1]);
            it->invoke(memory);
            ASAN_UNPOISON_MEMORY_REGION(memory, it->memory);
            for (const struct end *out = it->outputs; out->bytes; ++out) {
                if (fwrite(memory + out->at, out->bytes, 1, stdout) != 1) return 4;
            }
        }
        free(memory);
        free(kept);
    }
    return 0;
}
"""


def write_sources(folder: Path, graph: Graph, prefix: str = "plumbline") -> Path:
    """plumbline_compiled.c and .h of a model, their public names changed to start with `prefix` so that many link together."""
    compiled = compile_graph(graph, prefix, bytes(32))
    source = write_header(folder, compiled, prefix).with_suffix(".c")
    source.write_text(renamed(compiled.source, prefix))
    return source


def write_header(folder: Path, compiled: Compiled, prefix: str) -> Path:
    """Only the header."""
    header = folder / f"{prefix}_compiled.h"
    header.write_text(renamed(compiled.header, prefix))
    return header


def renamed(text: str, prefix: str) -> str:
    """A source or header whose public names start with `prefix`."""
    return PUBLIC.sub(lambda found: prefix + ("_" if found[0] != "PLUMBLINE" else ""), text)


def one_unit(models: Mapping[str, Compiled]) -> str:
    """Several models in one source, by their prefixes; what all of them would print alike is there once, which compiles several times as fast."""
    printed: set[str] = set()

    def first(table: re.Match[str]) -> str:
        return "" if table[1] in printed else table[0]

    parts = []
    for prefix, compiled in models.items():
        source = TYPEDEF.sub(first, SHARED_TABLE.sub(first, compiled.source))
        for helper in printed.intersection(compiled.helpers):
            source = source.replace(environment().get_template(f"{helper}.c.j2").render(), "")
        printed.update(compiled.helpers, SHARED_TABLE.findall(compiled.source), TYPEDEF.findall(compiled.source))
        parts.append(renamed(source, prefix))
    return "".join(parts)


def described(prefix: str, compiled: Compiled, rows: int, starts: Starts | None = None) -> str:
    """An entry of the driver's table."""
    functions = f"{prefix}_compiled_invoke, {reset_of(prefix, compiled)}"
    lists = f"{prefix}_inputs, {prefix}_outputs, {prefix}_variables"
    return f"{{ {functions}, {compiled.memory.bytes}, {lists}, {rows}, {flags(compiled, rows, starts)}, {prefix}_free }}"


def reset_of(prefix: str, compiled: Compiled) -> str:
    """The C function that brings a model's variables to their beginning; 0 where it has none."""
    return f"{prefix}_compiled_reset" if "compiled_reset" in compiled.header else "0"


def flags(compiled: Compiled, rows: int, starts: Starts | None) -> str:
    """A C string with a 1 for each row that starts a sequence; 0 for a model that nobody resets."""
    if reset_of("", compiled) == "0":
        return "0"
    return '"' + "".join("01"[int(each)] for each in begun(rows, starts)) + '"'


def ends(prefix: str, graph: Graph, memory: Plan, kept: bool = False) -> str:
    """Where a model's inputs and outputs lie, as C arrays that each end with a tensor of no bytes; and what stays from row to row, if `kept`."""

    def listed(tensors: Sequence[Tensor]) -> str:
        return ", ".join([*(f"{{ {memory.offsets[each.index]}, {each.bytes} }}" for each in tensors), "{ 0, 0 }"])

    staying = (*graph.variables, *graph.outputs) if graph.stateful else ()
    named = [
        ("inputs", graph.inputs),
        ("outputs", graph.outputs),
        *([("variables", staying)] if kept else []),
    ]
    return "\n".join(f"static const struct end {prefix}_{name}[] = {{ {listed(tensors)} }};" for name, tensors in named)


def free_zones(prefix: str, memory: Plan) -> str:
    """Offset and length of every stretch of a model's memory that holds nothing at any time, as a C array that ends in a length of 0."""
    used = np.zeros(memory.bytes, bool)
    for offset, span in memory.spans:
        used[offset : offset + span.bytes] = True
    edges = np.flatnonzero(np.diff(np.concatenate([[True], used, [True]]).astype(np.int8)))
    pairs = [(int(start), int(end - start)) for start, end in edges.reshape(-1, 2)]
    return f"static const unsigned {prefix}_free[] = {{ {', '.join(f'{start}, {length}' for start, length in [*pairs, (0, 0)])} }};"


def compiler() -> str | None:
    """A native C compiler, or None."""
    return shutil.which("gcc") or shutil.which("clang") or shutil.which("cc")


@functools.cache
def sanitizing() -> tuple[str, ...]:
    """The command of the native compiler with its sanitizers: Clang's where they are installed, as GCC's take three times as long to compile."""
    found = compiler()
    assert found
    command = ["clang", *SANITIZERS, *TRAPPING]
    probe = [*command, "-x", "c", "-", "-o", os.devnull]
    works = shutil.which("clang") and subprocess.run(probe, input=b"int main(void) { return 0; }", capture_output=True).returncode == 0
    return tuple(command) if works else (found, *SANITIZERS, *SAYING)


def compile_and_link(command: Sequence[str], units: Sequence[Path], program: Path) -> None:
    """Every unit by itself, so many at once as there are processors, then the program."""

    def compiled(unit: Path) -> str:
        subprocess.run([*command, "-c", str(unit), "-o", str(unit.with_suffix(".o"))], check=True, timeout=300)
        return str(unit.with_suffix(".o"))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = list(pool.map(compiled, units))
    subprocess.run([*command, *objects, "-o", str(program)], check=True, timeout=300)


def answered(units: Sequence[Path], program: Path, level: str, fed: bytes) -> bytes:
    """What the units, compiled with the sanitizers, print when they are fed; of what ends in a trap the assertion tells what was wrong."""
    command = [*sanitizing(), *WARNINGS, level]
    compile_and_link(command, units, program)
    done = subprocess.run([str(program)], input=fed, capture_output=True, timeout=300)
    if done.returncode and not done.stderr:
        compile_and_link([*(each for each in command if each not in TRAPPING), *SAYING], units, program)
        done = subprocess.run([str(program)], input=fed, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def check_with_gcc(units: Sequence[Path]) -> None:
    """GCC warns of other things than Clang does; where the units are compiled by Clang, GCC reads the first of them and every fifth too."""
    gcc = shutil.which("gcc")
    if gcc and sanitizing()[0] == "clang":
        subprocess.run([gcc, *WARNINGS, "-fsyntax-only", *map(str, units[::5])], check=True, timeout=300)


def all_compiled(graphs: Sequence[Graph]) -> list[Compiled]:
    """Models as `run` links them: the first is called m0, and bytes that nobody may touch lie between what is in their memory."""
    return [compile_graph(graph, f"m{i}", bytes(32), APART) for i, graph in enumerate(graphs)]


def run(
    folder: Path,
    graphs: Sequence[Graph],
    codes: Sequence[NDArray[np.int8]],
    together: int = 1,
    level: str = "-O0",
    starts: Sequence[Starts | None] | None = None,
    compiled: Sequence[Compiled] | None = None,
) -> list[NDArray[np.int8]]:
    """Compile all models into one program and answer each one's rows (N, input bytes), which `starts` makes sequences.

    So many models `together` form one translation unit, see `one_unit`; then no two layers of them may have the same name. `compiled` is what
    `all_compiled` made of the graphs, where somebody has it.
    """
    begins = starts or [None] * len(graphs)
    compiled = compiled or all_compiled(graphs)
    headers = [write_header(folder, each, f"m{i}") for i, each in enumerate(compiled)]
    entries = enumerate(zip(compiled, codes, begins, strict=True))
    table = ", ".join(described(f"m{i}", each, len(rows), begin) for i, (each, rows, begin) in entries)
    units = [folder / f"unit{at}.c" for at in range(0, len(graphs), together)]
    for unit, at in zip(units, range(0, len(graphs), together), strict=True):
        unit.write_text(one_unit({f"m{i}": compiled[i] for i in range(at, min(at + together, len(graphs)))}))
    driver = folder / "driver.c"
    zones = "\n".join(free_zones(f"m{i}", each.memory) for i, each in enumerate(compiled))
    includes = "\n".join(f'#include "{header.name}"' for header in headers)
    places = "\n".join(ends(f"m{i}", graph, each.memory, kept=True) for i, (graph, each) in enumerate(zip(graphs, compiled, strict=True)))
    driver.write_text(DRIVER % {"includes": includes, "ends": places, "zones": zones, "table": table})
    check_with_gcc(units)
    said = answered([*units, driver], folder / "driver", level, b"".join(struct.pack(f"{c.size}b", *c.ravel()) for c in codes))
    answers: list[NDArray[np.int8]] = []
    at = 0
    for graph, rows in zip(graphs, codes, strict=True):
        size = len(rows) * graph.output_bytes
        answers.append(np.frombuffer(said[at : at + size], np.int8).reshape(len(rows), -1))
        at += size
    assert at == len(said)
    return answers
