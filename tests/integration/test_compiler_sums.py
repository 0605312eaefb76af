"""Sums and differences of int8 codes: all pairs of codes, of layers whose codes lie on a line, with ties and without, and of those whose do not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.chips import M4F
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.operators.add.reference import AddOptions
from plumbline.convert.operators.cases import CaseOperator, TensorSpec
from plumbline.convert.operators.sub.reference import SubOptions
from plumbline.convert.references import reference_interpreter, tflm
from tests.support import chip_c, compiled_c
from tests.support.tflite_writer import write_graph

pytestmark = pytest.mark.slow

SIDE = 256
ALL = np.arange(-128, 128).astype(np.int8)
PAIRS = np.concatenate([np.repeat(ALL, SIDE), np.tile(ALL, SIDE)])[np.newaxis]
CASES = {
    "line": ("ADD", (0.037, 0.021, 0.049), (3, -4, 5), "NONE"),
    "clipped": ("ADD", (0.037, 0.021, 0.049), (3, -4, -60), "RELU6"),
    "ties": ("ADD", (0.05, 0.05, 0.1), (0, 7, -20), "NONE"),
    "difference": ("SUB", (0.021, 0.037, 0.049), (-128, 127, 0), "RELU"),
    "no_line": ("ADD", (0.03855875879526138, 0.03581710532307625, 0.07190640270709991), (-13, -23, -3), "NONE"),
    "no_line_either": ("ADD", (0.04704642668366432, 0.0156713854521513, 0.05044904723763466), (-80, -106, -110), "NONE"),
}


def model(name: str) -> bytes:
    """Answers every pair of codes in one inference."""
    operator, scales, zeros, activation = CASES[name]
    first = TensorSpec(f"{name}_first", (1, SIDE * SIDE), scales[:1], zeros[:1])
    ends = [
        replace(first, name=f"{name}_{end}", scales=(scale,), zero_points=(zero,))
        for end, scale, zero in zip("ab", scales[1:], zeros[1:], strict=True)
    ]
    options = AddOptions(activation) if operator == "ADD" else SubOptions(activation)
    return write_graph([first, *ends], [CaseOperator(operator, (0, 1), (2,), options)], (0, 1), 2)


@pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")
def test_every_pair_of_codes_is_answered_as_by_the_kernel(tmp_path: Path) -> None:
    raws = [model(name) for name in CASES]
    graphs = [read(raw) for raw in raws]
    answers = compiled_c.run(tmp_path, graphs, [PAIRS] * len(graphs))
    for name, raw, graph, answer in zip(CASES, raws, graphs, answers, strict=True):
        np.testing.assert_array_equal(answer, reference_interpreter.run(graph, PAIRS), err_msg=name)
        if tflm.available():
            np.testing.assert_array_equal(answer, tflm.Interpreter(raw, graph).run(PAIRS), err_msg=name)
        assert ("_moved[" in compile_graph(graph, "sums", bytes(32)).source) == name.startswith("no_line")


@pytest.mark.skipif(M4F.missing is not None, reason=M4F.missing or "")
def test_and_so_on_a_cortex_m4(tmp_path: Path) -> None:
    graphs = [read(model(name)) for name in CASES]
    for name, graph, answer in zip(CASES, graphs, chip_c.run(tmp_path, graphs, [PAIRS] * len(graphs)), strict=True):
        np.testing.assert_array_equal(answer, reference_interpreter.run(graph, PAIRS), err_msg=name)
