"""What is wrong with generated C is seen where it runs natively, and said."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from plumbline.convert.codegen.emit import Compiled
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.operators import registered
from tests.support import compiled_c
from tests.support.input_rows import rows_for
from tests.support.tflite_writer import write_case

FAULTS = {
    "int behind[2] = { memory[0], 2147483647 }; memory[0] = (int8_t)(behind[1] + behind[0] * behind[0] + 1);": "signed integer overflow",
    "int far = 32; memory[0] = (int8_t)(1 << far);": "shift exponent",
    "int three[3] = { 0, 1, 2 }, at = 3; memory[0] = (int8_t)three[at];": "out of bounds",
    "int zero = 0; memory[0] = (int8_t)(1 / zero);": "division by zero",
    "void *odd = memory + 1; *(int32_t *)odd = 1;": "misaligned",
    "memory[BYTES] = 1;": "heap-buffer-overflow",
    "memory[BYTES - 1] = 1;": "use-after-poison",
}
"""Statements in place of the first of a model, whose memory ends in bytes that nobody may touch, and what is said of each."""


@pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")
@pytest.mark.parametrize("fault", FAULTS, ids=list(FAULTS.values()))
def test_a_fault_is_seen_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    rng = np.random.default_rng(1)
    graph = read(write_case(registered()["SUB"].random_case(rng, "case")))
    unit = compiled_c.one_unit

    def faulty(models: Mapping[str, Compiled]) -> str:
        statement = "{ " + fault.replace("BYTES", str(models["m0"].memory.bytes)) + " }"
        return unit(models).replace("PLUMBLINE_PROBE(0);", statement, 1)

    compiled_c.run(tmp_path, [graph], [rows_for(rng, graph)])
    monkeypatch.setattr(compiled_c, "one_unit", faulty)
    with pytest.raises(AssertionError, match=FAULTS[fault]):
        compiled_c.run(tmp_path, [graph], [rows_for(rng, graph)])
