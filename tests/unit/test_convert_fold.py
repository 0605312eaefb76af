"""What has a constant answer is worked out while a model is read: the rest sees constants, TensorFlow Lite Micro the file as it was."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from plumbline.common.errors import DoesNotFit, ModelRefused, UnsupportedOperator
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.fold import MOST_WORK
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.graph import Graph
from plumbline.convert.operators.add.reference import AddOptions
from plumbline.convert.operators.cases import BOOL, INT32, CaseOperator, TensorSpec
from plumbline.convert.operators.concatenation.reference import ConcatenationOptions
from plumbline.convert.operators.mul.reference import MulOptions
from plumbline.convert.operators.pack.reference import PackOptions
from plumbline.convert.operators.strided_slice.reference import StridedSliceOptions
from plumbline.convert.references import reference_interpreter, tflm
from tests.support.input_rows import rows_for
from tests.support.tflite_writer import write_graph

INPUT = TensorSpec("input", (1, 2, 3), (0.5,), (4,))
FLAT = replace(INPUT, name="flat", shape=(1, 6))


def codes(name: str, shape: tuple[int, ...], start: int | None = None) -> TensorSpec:
    """A tensor on the input's scale; a constant of consecutive codes where `start` says the first."""
    data = None if start is None else np.arange(start, start + np.prod(shape), dtype=np.int8).reshape(shape)
    return replace(INPUT, name=name, shape=shape, data=data)


def names(graph: Graph) -> tuple[list[str], list[str]]:
    """Of the operators that stay, and of those that do not."""
    return [each.name for each in graph.operators], [each.name for each in graph.folded]


def agrees(raw: bytes) -> Graph:
    """The graph of a model whose reference answers as the wheel does."""
    graph = read(raw)
    rows = rows_for(np.random.default_rng(5), graph)
    compile_graph(graph, "folded", bytes(32))
    if tflm.available():
        np.testing.assert_array_equal(reference_interpreter.run(graph, rows), tflm.Interpreter(raw, graph).run(rows))
    return graph


def test_constants_joined_are_a_constant() -> None:
    tensors = [INPUT, codes("a", (1, 1, 3), -3), codes("b", (1, 1, 3), 40), codes("both", (1, 2, 3)), codes("out", (1, 4, 3))]
    joined = [CaseOperator("CONCATENATION", pair, (to,), ConcatenationOptions(1, "NONE")) for pair, to in (((1, 2), 3), ((0, 3), 4))]
    graph = agrees(write_graph(tensors, joined, 0, 4))
    assert names(graph) == (["CONCATENATION"], ["CONCATENATION"])
    np.testing.assert_array_equal(graph.tensors[3].values(), [[[-3, -2, -1], [40, 41, 42]]])
    assert graph.operators[0].inputs[1] == graph.tensors[3]


def test_a_shape_that_decides_a_reshape_is_a_constant() -> None:
    tensors = [INPUT, TensorSpec("shape", (3,), kind=INT32), replace(INPUT, name="same")]
    graph = agrees(write_graph(tensors, [CaseOperator("SHAPE", (0,), (1,)), CaseOperator("RESHAPE", (0, 1), (2,))], 0, 2))
    assert names(graph) == (["RESHAPE"], ["SHAPE"])
    np.testing.assert_array_equal(graph.tensors[1].values(), [1, 2, 3])


def test_an_operator_that_writes_an_output_stays() -> None:
    tensors = [INPUT, TensorSpec("shape", (3,), kind=INT32), FLAT]
    graph = agrees(write_graph(tensors, [CaseOperator("SHAPE", (0,), (1,)), CaseOperator("RESHAPE", (0,), (2,))], (0,), (1, 2)))
    assert names(graph) == (["SHAPE", "RESHAPE"], [])


def test_a_shape_that_is_computed_at_run_time_is_not_asked() -> None:
    tensors = [INPUT, TensorSpec("shape", (2,), kind=INT32), FLAT]
    graph = agrees(write_graph(tensors, [CaseOperator("RESHAPE", (0, 1), (2,))], (0, 1), 2))
    assert names(graph) == (["RESHAPE"], [])


def test_an_answer_that_nobody_reads_costs_nothing() -> None:
    tensors = [INPUT, TensorSpec("shape", (3,), kind=INT32), FLAT]
    graph = agrees(write_graph(tensors, [CaseOperator("SHAPE", (0,), (1,)), CaseOperator("RESHAPE", (0,), (2,))], 0, 2))
    assert names(graph) == (["RESHAPE"], ["SHAPE"])


def test_what_is_not_supported_of_constants_either_is_named() -> None:
    tensors = [INPUT, TensorSpec("truth", (2, 3), kind=BOOL, data=np.ones((2, 3), bool)), TensorSpec("shape", (2, 3), kind=INT32), INPUT]
    tensors += [replace(INPUT, name="out", shape=(1, 2, 3))]
    raw = write_graph(tensors, [CaseOperator("ZEROS_LIKE", (1,), (2,)), CaseOperator("RESHAPE", (0, 2), (4,))], 0, 4)
    with pytest.raises(UnsupportedOperator, match="ZEROS_LIKE with truth of type BOOL is not supported"):
        compile_graph(read(raw), "refused", bytes(32))


def test_whole_numbers_are_worked_out() -> None:
    """As a converter leaves them in front of a RESHAPE whose batch is not fixed, and more."""

    def number(name: str, *values: int, scalar: bool = False) -> TensorSpec:
        data = np.array(values, np.int32)
        return TensorSpec(name, () if scalar else data.shape, data=data.reshape(() if scalar else -1), kind=INT32)

    unknown = [TensorSpec(f"step {at}", shape, kind=INT32) for at, shape in enumerate([(3,), (), (2,), (2,), (2,), (2,)])]
    tensors = [INPUT, number("begin", 0), number("end", 1), number("stride", 1), number("six", 6, scalar=True), number("two", 2), *unknown, FLAT]
    steps = [
        CaseOperator("SHAPE", (0,), (6,)),
        CaseOperator("STRIDED_SLICE", (6, 1, 2, 3), (7,), StridedSliceOptions(0, 0, 0, 0, 1, False)),
        CaseOperator("PACK", (7, 4), (8,), PackOptions(2, 0)),
        CaseOperator("MUL", (8, 5), (9,), MulOptions("NONE")),
        CaseOperator("ADD", (9, 9), (10,), AddOptions("NONE")),
        CaseOperator("CAST", (10,), (11,)),
        CaseOperator("RESHAPE", (0, 8), (12,)),
    ]
    graph = agrees(write_graph(tensors, steps, 0, 12))
    assert names(graph) == (["RESHAPE"], [each.name for each in steps[:-1]])
    np.testing.assert_array_equal(graph.tensors[8].values(), [1, 6])
    np.testing.assert_array_equal(graph.tensors[11].values(), [4, 24])


@pytest.mark.parametrize(("first", "second"), [((0, 3), (1, 2)), ((1, 2), (1, 2))], ids=["the second is constant", "both are"])
def test_a_tensor_that_is_written_twice_is_refused(first: tuple[int, int], second: tuple[int, int]) -> None:
    tensors = [INPUT, codes("a", (1, 2, 3), 0), codes("b", (1, 2, 3), 1), codes("c", (1, 2, 3), 2), codes("sum", (1, 4, 3)), codes("out", (1, 6, 3))]
    join = ConcatenationOptions(1, "NONE")
    steps = [CaseOperator("CONCATENATION", pair, (4,), join) for pair in (first, second)] + [CaseOperator("CONCATENATION", (0, 4), (5,), join)]
    with pytest.raises(ModelRefused, match="already has a value"):
        read(write_graph(tensors, steps, 0, 5))


def test_a_tensor_that_is_read_before_a_constant_is_written_is_refused() -> None:
    tensors = [INPUT, codes("a", (1, 2, 3), 0), codes("both", (1, 4, 3)), codes("out", (1, 6, 3))]
    join = ConcatenationOptions(1, "NONE")
    with pytest.raises(ModelRefused, match="reads both before anything has written it"):
        read(write_graph(tensors, [CaseOperator("CONCATENATION", (0, 2), (3,), join), CaseOperator("CONCATENATION", (1, 1), (2,), join)], 0, 3))


def test_constants_that_grow_without_end_are_refused_soon() -> None:
    """Each PACK doubles what the one before wrote: a hundred bytes of a file ask for 2^30."""
    tensors = [INPUT, codes("seed", (4,), 0)]
    steps = []
    while (size := tensors[-1].shape)[-1] < 1 << 30 and len(size) < 8:
        tensors.append(codes(f"doubled {len(tensors)}", (64, *size)))
        steps.append(CaseOperator("PACK", (len(tensors) - 2,) * 64, (len(tensors) - 1,), PackOptions(64, 0)))
        if np.prod(tensors[-1].shape) > MOST_WORK:
            break
    tensors.append(FLAT)
    started = time.process_time()
    with pytest.raises(DoesNotFit, match="PACK and what is before it have constant answers of more than"):
        read(write_graph(tensors, [*steps, CaseOperator("RESHAPE", (0,), (len(tensors) - 1,))], 0, len(tensors) - 1))
    assert time.process_time() - started < 5


def test_what_is_computed_from_a_constant_answer_is_one_too() -> None:
    tensors = [INPUT, codes("a", (3,), -2), codes("stacked", (2, 3)), replace(FLAT, name="line"), codes("out", (2, 6))]
    steps = [
        CaseOperator("PACK", (1, 1), (2,), PackOptions(2, 0)),
        CaseOperator("RESHAPE", (2,), (3,)),
        CaseOperator("RESHAPE", (0,), (5,)),
        CaseOperator("CONCATENATION", (5, 3), (4,), ConcatenationOptions(0, "NONE")),
    ]
    graph = agrees(write_graph([*tensors, replace(FLAT, name="input in a row")], steps, 0, 4))
    assert names(graph) == (["RESHAPE", "CONCATENATION"], ["PACK", "RESHAPE"])
    np.testing.assert_array_equal(graph.tensors[3].values(), [[-2, -1, 0, -2, -1, 0]])
