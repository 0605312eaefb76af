"""The helper functions that `plumbline.load` has for the computer's own processor answer as those of the generated C: with vectors and without."""

from __future__ import annotations

import ctypes
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.operators import registered
from plumbline.convert.references import reference_interpreter
from plumbline.loaded import shared_library
from plumbline.loaded.compiled import NATIVE, natively
from tests.support import compiled_c
from tests.support.input_rows import rows_for
from tests.support.tflite_writer import write_case

pytestmark = [pytest.mark.slow, pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")]
CASES = 80
OPERATORS = {
    "CONV_2D": {"two_pixels", "widen_s8_s16"},
    "DEPTHWISE_CONV_2D": {"planes", "plane_3x3", "plane_3x3_stride_2"},
    "FULLY_CONNECTED": {"one_row", "widen_s8_s16"},
}
"""And the native helpers that their cases come by."""
BEHIND = 64
"""Bytes behind a memory that native helpers may read."""
BEGIN = """
#include <stddef.h>
#include "native.h"
#define plumbline_show(memory, done) ((void)0)
"""
RUN = """
__attribute__((visibility("default"))) void run_{number}(int8_t *memory, const int8_t *given, int8_t *answers, size_t rows)
{{
    for (; rows > 0; --rows, given += {input.bytes}, answers += {output.bytes}) {{
        memcpy(memory + {at}, given, {input.bytes});
        m{number}_compiled_invoke(memory);
        memcpy(answers, memory + {to}, {output.bytes});
    }}
}}
"""


def test_every_native_helper_is_held() -> None:
    assert {path.stem for path in NATIVE.glob("*.c")} == set().union(*OPERATORS.values())


@pytest.mark.parametrize("flags", [(), shared_library.vector_flags()], ids=["plain", "vectors"])
@pytest.mark.parametrize("name", OPERATORS)
def test_random_layers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, flags: tuple[str, ...]) -> None:
    monkeypatch.setattr(shared_library, "vector_flags", lambda: flags)
    monkeypatch.setattr(shared_library, "FLAGS", tuple(each.replace("-O3", "-O2") for each in shared_library.FLAGS))  # it compiles twice as fast
    rng = np.random.default_rng([registered()[name].number, 4])
    cases = [read(write_case(registered()[name].random_case(rng, f"case_{number}"))) for number in range(CASES)]
    graphs = [each for each in cases if len(each.inputs) == 1]
    models = {f"m{number}": compile_graph(graph, f"m{number}", bytes(32)) for number, graph in enumerate(graphs)}
    assert set().union(*(each.helpers for each in models.values())) >= OPERATORS[name]
    unit = compiled_c.one_unit({prefix: replace(each, source=natively(each)) for prefix, each in models.items()})
    assert [each for each in OPERATORS[name] if f"#define PLUMBLINE_NATIVE_{each.upper()}\n" not in unit] == []
    runs = []
    for number, (graph, compiled) in enumerate(zip(graphs, models.values(), strict=True)):
        places = compiled.memory.offsets
        runs.append(RUN.format(number=number, input=graph.input, output=graph.output, at=places[graph.input.index], to=places[graph.output.index]))
    files = {"driver.c": BEGIN + unit + "".join(runs)} | {each.name: each.read_text() for each in NATIVE.glob("*.h")}
    files |= {f"{prefix}_compiled.h": compiled_c.renamed(each.header, prefix) for prefix, each in models.items()}
    library, _ = shared_library.built(files, "driver.c", tmp_path)
    for number, (graph, compiled) in enumerate(zip(graphs, models.values(), strict=True)):
        rows = np.repeat(rows_for(rng, graph), 2, axis=0)
        memory, answers = np.full(compiled.memory.bytes + BEHIND, 0x55, np.int8), np.empty((len(rows), graph.output_bytes), np.int8)
        arrays = [ctypes.c_void_p(each.ctypes.data) for each in (memory, rows, answers)]
        getattr(library, f"run_{number}")(*arrays, ctypes.c_size_t(len(rows)))
        np.testing.assert_array_equal(answers, reference_interpreter.run(graph, rows), err_msg=f"case_{number}")
