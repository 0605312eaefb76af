"""Reductions: options as written, and what no kernel can run refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from plumbline.common.errors import ModelRefused, UnsupportedOperator
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.operators.cases import BOOL, INT16, INT32, INT64, CaseOperator
from plumbline.convert.operators.shared.reduction.reference import ReducerOptions, Reduction, Run
from plumbline.convert.references import reference_interpreter
from tests.support.tflite_writer import TensorSpec, spec, write_graph

INPUT = TensorSpec("input", (2, 3), (0.5,), (3,))
OUTPUT = TensorSpec("layer/out", (2,), (0.5,), (3,))
PLACES = TensorSpec("layer/out", (2,), kind=INT32)


def along(name: str, axes: tuple[int, ...] = (1,), source: TensorSpec = INPUT, output: TensorSpec = OUTPUT) -> bytes:
    """A reduction that drops the axes."""
    given = TensorSpec("layer/axes", (len(axes),), data=np.array(axes, np.int32), kind=INT32)
    options = None if name.startswith("ARG") else ReducerOptions(False)
    return write_graph([source, output, given], [spec(CaseOperator(name, (0, 2), (1,), options))], 0, 1)


ODD: dict[str, tuple[type[Exception], Callable[[], bytes]]] = {
    "SUM with input of type BOOL": (UnsupportedOperator, lambda: along("SUM", source=TensorSpec("input", (2, 3), kind=BOOL))),
    "SUM with layer/out of type INT16": (UnsupportedOperator, lambda: along("SUM", output=replace(OUTPUT, kind=INT16))),
    "SUM has sums of up to 393, shifted left by": (ModelRefused, lambda: along("SUM", output=replace(OUTPUT, scales=(1e-8,)))),
    r"SUM maps shape \(2, 3\) to \(2,\) over the axes \(0,\)": (ModelRefused, lambda: along("SUM", (0,))),
    "REDUCE_MAX changes the scale from 0.5 to 0.25": (ModelRefused, lambda: along("REDUCE_MAX", output=replace(OUTPUT, scales=(0.25,)))),
    "REDUCE_MIN changes the scale from 0.5 to 0.5 or the zero point from 3 to 4": (
        ModelRefused,
        lambda: along("REDUCE_MIN", output=replace(OUTPUT, zero_points=(4,))),
    ),
    "REDUCE_MIN with input of type INT16": (
        UnsupportedOperator,
        lambda: along("REDUCE_MIN", source=replace(INPUT, kind=INT16), output=replace(OUTPUT, kind=INT16)),
    ),
    "REDUCE_ALL with input of type INT8": (UnsupportedOperator, lambda: along("REDUCE_ALL")),
    "ARG_MAX to layer/out of type INT64, which TensorFlow Lite Micro does not": (
        ModelRefused,
        lambda: along("ARG_MAX", output=replace(PLACES, kind=INT64)),
    ),
    "ARG_MAX with input of type INT16": (UnsupportedOperator, lambda: along("ARG_MAX", source=replace(INPUT, kind=INT16), output=PLACES)),
    r"ARG_MIN of 2 dimensions has the axes \(0, 1\), not one": (ModelRefused, lambda: along("ARG_MIN", (0, 1), output=replace(PLACES, shape=()))),
    r"ARG_MIN maps shape \(2, 3\) to \(2,\) over the axis 0": (ModelRefused, lambda: along("ARG_MIN", (0,), output=PLACES)),
}


@pytest.mark.parametrize("message", ODD)
def test_what_no_kernel_can_run_is_refused(message: str) -> None:
    error, write = ODD[message]
    with pytest.raises(error, match=message):
        reference_interpreter.run(read(write()), np.zeros((1, 6), np.int8))
    with pytest.raises(error, match=message):
        compile_graph(read(write()), "odd", bytes(32))


def test_neighbours_that_are_reduced_alike_are_walked_as_one() -> None:
    assert Reduction((2, 3, 1, 4, 5), (1, 3)).runs == (Run(2, 60, False), Run(12, 5, True), Run(5, 1, False))
    assert Reduction((1, 1), (0,)).runs == ()


def test_the_first_of_equal_codes_counts() -> None:
    codes = np.array([[5, 5, 1, -128, -128, -128]], np.int8)
    for name, expected in {"ARG_MAX": [0, 0], "ARG_MIN": [2, 0]}.items():
        answer = reference_interpreter.run(read(along(name, output=PLACES)), codes)
        assert answer.view(np.int32).tolist() == [expected]
