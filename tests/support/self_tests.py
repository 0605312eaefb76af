"""Exported models with their self-tests in one program, natively or on a processor in QEMU."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.chips import Chip
from plumbline.common.golden_data import References
from plumbline.common.rows import to_reals
from plumbline.convert.export.build import model_of
from plumbline.convert.export.exported import ExportedModel
from plumbline.convert.export.self_test import A_FEW, SelfTest
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model_package import Demands, write
from plumbline.convert.references import reference_interpreter
from plumbline.convert.references.choose_sequences import sequences
from plumbline.convert.references.golden_data import Golden
from plumbline.convert.references.input_pool import edges, pool_of
from plumbline.convert.runs import runs_of
from tests.support.compiled_c import WARNINGS, sanitizing

STRICT = [*WARNINGS, "-Wundef", "-Wcast-align"]
"""What exported C compiles under without a warning."""
APART, TOGETHER = "apart", "together"
"""Each source by itself, or all of them in one translation unit."""
HERE = """
#include <stdio.h>
static void chip_begin(void) { }
static void say_line(const char *line) { puts(line); }
"""
THERE = """
static void say_line(const char *line) { (void)(say(line, strlen(line)) && say("\\n", 1)); }
"""


ROWS = 120
"""Of golden data, beside the edges."""
NOTHING_ASKED = References(*(np.empty((0, 0), np.int8),) * 2, np.empty((0, 0), np.float32), np.empty(0, np.int64), 0, np.empty((0, 0), np.float32))


def exported(folder: Path, raw: bytes, name: str, wanted: SelfTest = A_FEW) -> ExportedModel:
    """A flatbuffer with golden data as a verification has it, exported under that name. The integer model answers, which takes no other process."""
    graph = read(raw)
    if graph.stateful:
        chosen = sequences(graph)
        codes, kinds, starts = chosen.codes, chosen.kinds, chosen.starts
    else:
        pool = edges(graph.inputs) + pool_of(graph.inputs, ROWS, seed=1)
        codes, kinds, starts = pool.codes, pool.kinds, None
    expected = reference_interpreter.run(graph, codes, starts=starts)
    meant = to_reals(expected, graph.outputs).astype(np.float32)
    at_points = np.empty((0, meant.shape[1]), np.float32)
    references = replace(NOTHING_ASKED, codes=codes, expected=expected, float_codes=meant, float_x=at_points, kinds=np.array(kinds), starts=starts)
    golden = Golden(references, reference_interpreter.NAME, None)
    write(folder / name, raw, graph, runs_of(name, raw, graph), golden, Demands(domain=(-1.0, 1.0), tolerance=1.0))
    return model_of(folder / name, name, wanted)


def sources(
    folder: Path, models: Sequence[ExportedModel], how: str = APART, start: str = HERE, edit: Callable[[str], str] = lambda source: source
) -> list[Path]:
    """Write models, their self-tests and a main() that runs all of these; the files to compile. `edit` changes the models' own C."""
    for model in models:
        for name, text in model.sources.items():
            (folder / name).write_text(edit(text) if name.endswith(".c") else text)
        (folder / f"{model.name}_test.c").write_text(model.test)
    files = [f"{model.name}{suffix}.c" for model in models for suffix in ("", "_test")]
    shown = [f"{model.name}.h" for model in models] if how == APART else files
    declared = [f"int {model.name}_test({model.name}_memory *memory, void (*print)(const char *line));" for model in models]
    run = [f"    static {model.name}_memory {model.name};\n    failures += {model.name}_test(&{model.name}, say_line);" for model in models]
    main = folder / "main.c"
    includes = "\n".join(f'#include "{name}"' for name in shown)
    body = "\n".join(["    int failures = 0;", "    chip_begin();", *run, "    return failures != 0;"])
    main.write_text(f"{includes}\n{start}\n" + "\n".join(declared) + f"\nint main(void)\n{{\n{body}\n}}\n")
    return [main, *(folder / name for name in files)] if how == APART else [main]


def macros(models: Sequence[ExportedModel], layers: bool) -> list[str]:
    """What has the self-tests compare layers."""
    return [f"-D{model.macros}_{what}=1" for model in models for what in ("HOOKS", "TEST_LAYERS") if layers]


def run_here(
    folder: Path, models: Sequence[ExportedModel], layers: bool = True, how: str = APART, edit: Callable[[str], str] = lambda source: source
) -> tuple[bool, list[str]]:
    """Compile with every warning an error and the sanitizers on, and run: whether all passed, and the lines that were said."""
    program = folder / "program"
    units = sources(folder, models, how, HERE, edit)
    subprocess.run([*sanitizing(), *STRICT, *macros(models, layers), *units, "-o", program], check=True, timeout=300)
    done = subprocess.run([program], capture_output=True, text=True, timeout=300)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode == 0, done.stdout.splitlines()


def run_on(chip: Chip, folder: Path, models: Sequence[ExportedModel], layers: bool = True, how: str = APART) -> list[str]:
    """The same on a processor in QEMU, as a bare program; raises subprocess.CalledProcessError where a self-test does not pass."""
    image = folder / "image.elf"
    units = sources(folder, models, how, chip.start + THERE)
    chip.compile([*STRICT, "-Wno-unused-function", "-Os", *macros(models, layers), *units, *chip.link, "-o", image])
    return chip.answer(image).decode().splitlines()
