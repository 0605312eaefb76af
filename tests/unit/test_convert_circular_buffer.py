"""CIRCULAR_BUFFER: its options, its variables, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from plumbline.common.errors import ModelRefused, PlumblineError, UnsupportedOperator
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.engine_support import check_engine
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.flexbuffer import whole_numbers
from plumbline.convert.operators.cases import Case, CaseOperator, TensorSpec
from plumbline.convert.operators.circular_buffer.reference import CircularBufferOptions
from plumbline.convert.references import reference_interpreter
from tests.support.tflite_writer import flexbuffer, write_case

CODES = ((0.5,), (-7,))
MAP = b"cycles_max\0\x01\x0c\x01\x01\x01\x03\x04\x02\x24\x01"
"""As TensorFlow Lite Micro's own test data, with 3 for its 1."""


def case(slots: int = 2, cycles: int = 2) -> Case:
    """The newest inputs, those below 0 cut off."""
    tensors = [
        TensorSpec("input", (1, 1, 1, 1), *CODES),
        TensorSpec("buffer", (1, slots, 1, 1), *CODES, variable=True),
        TensorSpec("output", (1, slots, 1, 1), *CODES),
    ]
    operators = [CaseOperator("CUSTOM:CIRCULAR_BUFFER", (0,), (1,), CircularBufferOptions(cycles)), CaseOperator("RELU", (1,), (2,))]
    return Case(tensors, operators, (0,), (2,))


def test_the_numbers_of_a_map_and_of_a_vector_are_read() -> None:
    assert whole_numbers(MAP) == (3,)
    assert whole_numbers(flexbuffer((1, -2, 3))) == (1, -2, 3)


@pytest.mark.parametrize("raw", [b"", b"\x01", MAP[:-1], MAP[:-1] + b"\x03", MAP[:-3] + b"\x30\x24\x01", MAP[:-2] + b"\x04\x01", b"\xff" * 8])
def test_other_bytes_are_damage(raw: bytes) -> None:
    with pytest.raises(ModelRefused, match="the options of a custom operator"):
        whole_numbers(raw)


def test_an_inference_that_ends_early_leaves_the_output_as_it_was() -> None:
    graph = read(write_case(case()))
    assert [each.name for each in graph.variables] == ["buffer/buffer", "buffer/cycles"]
    answers = reference_interpreter.run(graph, np.arange(1, 6, dtype=np.int8).reshape(-1, 1))
    assert answers.tolist() == [[0, 0], [1, 2], [1, 2], [3, 4], [3, 4]]
    source = compile_graph(graph, "buffer", bytes(32)).source
    assert "if (!" in source
    assert "memset" in source


@pytest.mark.parametrize(("slots", "goes_on"), [(5, True), (13, True), (25, True), (4, False)])
def test_without_a_number_the_shape_says_which_inferences_go_on(slots: int, goes_on: bool) -> None:
    graph = read(write_case(case(slots, cycles=0)))
    assert (len(graph.variables) == 1) == goes_on


def test_the_firmware_of_tensorflow_lite_micro_takes_an_early_end_for_a_failure() -> None:
    check_engine(read(write_case(case(cycles=1))), "tflm")
    check_engine(read(write_case(case(cycles=2))), "compiled")
    with pytest.raises(UnsupportedOperator, match="inferences end early") as caught:
        check_engine(read(write_case(case(cycles=2))), "tflm")
    assert "compiled engine" in caught.value.hint


def test_what_tensorflow_lite_micro_does_not_do_reliably_is_refused() -> None:
    plain = case()
    shared = replace(plain, tensors=[plain.tensors[0], replace(plain.tensors[1], variable=False), plain.tensors[2]])
    with pytest.raises(PlumblineError, match="which is no variable"):
        read(write_case(shared))
    with pytest.raises(ModelRefused, match="has 0 outputs"):
        read(write_case(replace(plain, operators=[replace(plain.operators[0], outputs=()), replace(plain.operators[1], inputs=(0,))])))
    with pytest.raises(UnsupportedOperator, match="before a CIRCULAR_BUFFER with which inferences end"):
        read(write_case(replace(plain, operators=plain.operators[:1], outputs=(1,))))
    counted = [replace(each, shape=(*each.shape[:2], 2, 96)) for each in plain.tensors]
    with pytest.raises(UnsupportedOperator, match="counts how many"):
        compile_graph(read(write_case(replace(case(cycles=0), tensors=counted))), "counted", bytes(32))
