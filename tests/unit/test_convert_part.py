"""A few operators of a model as a model of their own: the file is one, others read it alike, and its C answers as it does."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from plumbline.common.rows import taken_apart
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.graph import Graph
from plumbline.convert.operators import registered
from plumbline.convert.references import tflm
from plumbline.convert.references.part import answers, as_c, as_tflite, part
from plumbline.convert.references.reference_interpreter import Model
from tests.support.compiled_c import compiler
from tests.support.tflite_writer import write_case

OPERATORS = (
    "CONV_2D",
    "DEPTHWISE_CONV_2D",
    "FULLY_CONNECTED",
    "ADD",
    "AVERAGE_POOL_2D",
    "SOFTMAX",
    "STRIDED_SLICE",
    "PAD",
    "SPLIT",
    "LEAKY_RELU",
)


def random_graph(name: str) -> Graph:
    return read(write_case(registered()[name].random_case(np.random.default_rng(7), "")))


def random_rows(graph: Graph) -> np.ndarray[tuple[int, ...], np.dtype[np.int8]]:
    return np.random.default_rng(3).integers(-128, 128, (5, graph.input_bytes)).astype(np.int8)


@pytest.mark.parametrize("name", OPERATORS)
def test_its_file_is_the_same_operator(name: str) -> None:
    graph = random_graph(name)
    numbers = [number for number, each in enumerate(graph.operators) if each.name == name]
    found = part(graph, numbers[0], numbers[0])
    assert found is not None
    raw = as_tflite(found)
    assert raw is not None
    again = read(raw)
    (operator,) = again.operators
    assert (operator.name, operator.version, operator.options) == (name, found.operators[0].version, found.operators[0].options)
    rows = random_rows(found)
    expected = Model(found).row(Model(found).values(rows))
    assert (Model(again).row(Model(again).values(rows)) == expected).all()
    if tflm.available():
        assert (tflm.Interpreter(raw, again).run(rows, None) == expected).all()


def test_what_stands_between_two_operators_is_an_end_of_the_part() -> None:
    graph = random_graph("CONV_2D")
    whole = Model(graph).values(random_rows(graph))
    for first in range(len(graph.operators)):
        found = part(graph, first, len(graph.operators) - 1)
        assert found is not None
        assert {each.index for each in graph.outputs} <= {each.index for each in found.outputs}
        given = {each.index: whole[each.index] for each in found.inputs}
        assert all((answers(found, given)[each.index] == whole[each.index]).all() for each in found.outputs)


@pytest.mark.skipif(compiler() is None, reason="no native C compiler")
def test_its_c_answers_as_it_does(tmp_path: Path) -> None:
    graph = random_graph("DEPTHWISE_CONV_2D")
    found = part(graph, 0, 0)
    assert found is not None
    made, rows = as_c(found, "part"), random_rows(found)[:1]
    (given,) = taken_apart(rows, found.inputs)
    expected = Model(found).row(Model(found).values(rows))[0]
    main = f"""
{made.source}
#include <stdio.h>
static _Alignas(8) int8_t memory[{made.memory_bytes}];
int main(void) {{
    static const int8_t input[] = {{ {", ".join(map(str, given[0]))} }};
    for (unsigned i = 0; i < sizeof input; ++i) memory[{made.inputs[0]} + i] = input[i];
    {made.invoke}(memory);
    for (unsigned i = 0; i < {found.output_bytes}; ++i) printf("%d\\n", memory[{made.outputs[0]} + i]);
}}
"""
    (tmp_path / "part.c").write_text(main)
    subprocess.run([str(compiler()), str(tmp_path / "part.c"), "-o", str(tmp_path / "part")], check=True)
    said = subprocess.run([str(tmp_path / "part")], capture_output=True, text=True, check=True).stdout
    assert list(map(int, said.split())) == expected.tolist()
