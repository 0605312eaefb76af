"""Whole networks as compiled C, held against both references."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.references import reference_interpreter, tflm
from tests.support import compiled_c
from tests.support.input_rows import input_rows


def hold(folder: Path, rng: np.random.Generator, raws: Sequence[bytes]) -> None:
    """Compile flatbuffers natively, in one program, and see that each answers as the integer model does, and as the wheel where there is one."""
    graphs = [read(raw) for raw in raws]
    codes = [input_rows(rng, graph.input.elements, graph.input.quantized.zero_point) for graph in graphs]
    for number, (raw, graph, rows, answer) in enumerate(zip(raws, graphs, codes, compiled_c.run(folder, graphs, codes, level="-O0"), strict=True)):
        np.testing.assert_array_equal(answer, reference_interpreter.run(graph, rows), err_msg=f"network {number} against the integer model")
        if tflm.available():
            np.testing.assert_array_equal(answer, tflm.Interpreter(raw, graph).run(rows), err_msg=f"network {number} against the wheel")
