"""Layers with weights where there are no DSP instructions: exact, and within the instructions that the pages tell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import bare_metal
from benchmarks.chips import M0, M3, RV32, Chip
from benchmarks.cores import LAYERS
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.operators.macs import multiply_accumulates
from plumbline.convert.references import reference_interpreter

pytestmark = pytest.mark.slow

MOST = {
    "convolution 3 x 3, 16 to 16 channels": {M0: 4.1, M3: 2.6, RV32: 3.4},
    "depthwise 3 x 3": {M0: 11.0, M3: 4.2, RV32: 5.4},
    "fully connected, 128 to 128": {M0: 4.3, M3: 2.7, RV32: 3.8},
}
"""Instructions per multiply-accumulate, a little more than `python -m benchmarks.cores` prints."""


@pytest.mark.parametrize("chip", [M0, M3, RV32], ids=lambda chip: chip.name)
@pytest.mark.parametrize("name", MOST)
def test_a_layer_takes_no_more_instructions_than_promised(tmp_path: Path, name: str, chip: Chip) -> None:
    if chip.missing:
        pytest.skip(chip.missing)
    graph = LAYERS[name]
    codes = np.random.default_rng(9).integers(-128, 128, (2, graph.input_bytes)).astype(np.int8)
    board = bare_metal.run(tmp_path, compile_graph(graph, "layer", bytes(32)), graph, codes, chip=chip)
    np.testing.assert_array_equal(board.answers, reference_interpreter.run(graph, codes))
    assert board.instructions <= MOST[name][chip] * (multiply_accumulates(graph.operators[0]) or 0)
