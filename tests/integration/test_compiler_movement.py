"""Operators that only move codes, in networks, and the forms of them that are refused."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks.chips import M4F
from plumbline.common.errors import ModelRefused, UnsupportedOperator
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.graph import put_together, taken_apart
from plumbline.convert.operators import registered
from plumbline.convert.operators.cases import INT32, Case, TensorSpec
from plumbline.convert.operators.concatenation.reference import ConcatenationOptions
from plumbline.convert.operators.gather.reference import GatherOptions
from plumbline.convert.operators.indices import counted
from plumbline.convert.operators.mirror_pad.reference import MirrorPadOptions
from plumbline.convert.operators.pack.reference import PackOptions
from plumbline.convert.operators.shared.data_movement.loops import Loop, simplified
from plumbline.convert.operators.shared.data_movement.random_cases import Movement
from plumbline.convert.operators.split.reference import SplitOptions
from plumbline.convert.operators.strided_slice.reference import StridedSliceOptions
from plumbline.convert.operators.unpack.reference import UnpackOptions
from plumbline.convert.references import reference_interpreter, tflm
from plumbline.convert.references.choose_inputs import choose
from tests.support import chip_c, compiled_c
from tests.support.input_rows import input_rows, values_for
from tests.support.random_movement import random_network
from tests.support.tflite_writer import write_case


@pytest.mark.slow
@pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")
def test_200_random_networks(tmp_path: Path) -> None:
    rng = np.random.default_rng(70)
    raws = [write_case(random_network(rng, f"case_{number}")) for number in range(200)]
    graphs = [read(raw) for raw in raws]
    codes = [input_rows(rng, graph.input.elements, 0) for graph in graphs]
    answers = compiled_c.run(tmp_path, graphs, codes, together=50, level="-O0")
    for number, (raw, graph, rows, answer) in enumerate(zip(raws, graphs, codes, answers, strict=True)):
        np.testing.assert_array_equal(answer, reference_interpreter.run(graph, rows), err_msg=f"network {number} against the integer model")
        if tflm.available():
            np.testing.assert_array_equal(answer, tflm.Interpreter(raw, graph).run(rows), err_msg=f"network {number} against the wheel")


@pytest.mark.slow
@pytest.mark.skipif(M4F.missing is not None, reason=M4F.missing or "")
def test_layers_alike_which_the_compiler_makes_one_of(tmp_path: Path) -> None:
    net, last = network(6, 2), 0
    order = net.numbers(1, 0)
    for _ in range(2):
        turned = net.add("turned", (2, 6))
        net.apply("TRANSPOSE", (last, order), (turned,))
        last = net.add("shaped", (6, 2))
        net.apply("RESHAPE", (turned,), (last,))
    graph = read(write_case(net.case(last)))
    codes = input_rows(np.random.default_rng(1), 12, 0)
    (answer,) = chip_c.run(tmp_path, [graph], [codes])
    np.testing.assert_array_equal(answer, reference_interpreter.run(graph, codes))
    functions = re.findall(r"^static void \w+(.*?)^}", compile_graph(graph, "alike", bytes(32)).source, re.MULTILINE | re.DOTALL)
    assert len(functions) == 2
    assert functions[0] == functions[1]


def test_loops_that_go_on_as_one_another_are_joined() -> None:
    assert simplified([Loop(2, 12, 12), Loop(3, 4, 4), Loop(1, 9, 9), Loop(4, 1, 1)]) == (Loop(24, 1, 1),)
    assert simplified([Loop(2, 12, 20), Loop(3, 4, 4), Loop(4, 1, 1)]) == (Loop(2, 12, 20), Loop(12, 1, 1))
    assert simplified([Loop(3, -4, 4), Loop(4, -1, 1)]) == (Loop(12, -1, 1),)


def network(*shape: int) -> Movement:
    """A model with an input of this shape and nothing else yet."""
    net = Movement(np.random.default_rng(0), "net", rank=1)
    net.tensors.clear()
    net.add("input", shape)
    return net


def refusal(net: Movement, last: int) -> str:
    """What the integer model says of it, which must name operator and layer."""
    graph = read(write_case(net.case(last)))
    with pytest.raises((ModelRefused, UnsupportedOperator)) as caught:
        registered()[graph.operators[0].name].check(graph.operators[0])
    assert graph.operators[0].name in caught.value.message
    assert caught.value.hint
    return caught.value.message


def test_a_permutation_that_takes_a_dimension_twice() -> None:
    net = network(2, 2)
    order, output = net.numbers(0, 0), net.add("out", (2, 2))
    net.apply("TRANSPOSE", (0, order), (output,))
    assert "in the order [0, 0]" in refusal(net, output)


def test_paddings_below_zero() -> None:
    net = network(4)
    paddings, output = net.numbers(-1, 0), net.add("out", (3,))
    net.apply("PAD", (0, paddings), (output,))
    assert "by less than nothing" in refusal(net, output)


def test_parts_that_are_no_equal_share() -> None:
    net = network(4)
    axis, parts = net.numbers(0), (net.add("a", (3,)), net.add("b", (1,)))
    net.apply("SPLIT", (axis, 0), parts, SplitOptions(2))
    assert "takes shape (4,) apart into 2 of (3,)" in refusal(net, parts[0])


def test_more_pieces_than_there_are() -> None:
    net = network(2, 3)
    parts = tuple(net.add(name, (3,)) for name in "abc")
    net.apply("UNPACK", (0,), parts, UnpackOptions(3, 0))
    assert "into 3 of (3,) along axis 0" in refusal(net, parts[0])


def test_more_inputs_than_tflm_takes() -> None:
    net = network(1)
    output = net.add("out", (11,))
    net.apply("CONCATENATION", (0,) * 11, (output,), ConcatenationOptions(0, "NONE"))
    assert "of 11 inputs (up to 10)" in refusal(net, output)


def test_an_axis_that_does_not_exist() -> None:
    net = network(1)
    output = net.add("out", (2,))
    net.apply("CONCATENATION", (0, 0), (output,), ConcatenationOptions(1, "NONE"))
    assert "the axis 1 of 1 dimensions" in refusal(net, output)


@pytest.mark.parametrize(("begin", "end", "stride", "shrink"), [(0, 3, 0, 0), (3, 3, 1, 0), (1, 0, -1, 1), (9, 0, 1, 1), (2, 1, 1, 0)])
def test_slices_that_take_nothing_or_lie_outside(begin: int, end: int, stride: int, shrink: int) -> None:
    net = network(3, 2)
    numbers = (net.numbers(begin, 0), net.numbers(end, 2), net.numbers(stride, 1))
    output = net.add("out", (2,) if shrink else (1, 2))
    net.apply("STRIDED_SLICE", (0, *numbers), (output,), StridedSliceOptions(0, 0, 0, 0, shrink, False))
    assert "along axis 0" in refusal(net, output)


def test_codes_of_another_scale_are_not_moved() -> None:
    net = network(2)
    net.scale = (0.5,)
    output = net.add("out", (4,))
    net.apply("CONCATENATION", (0, 0), (output,), ConcatenationOptions(0, "NONE"))
    assert "different scales or zero points" in refusal(net, output)


def test_axes_that_are_not_neighbours_are_not_turned_around() -> None:
    net = network(2, 3, 4)
    axes, output = net.numbers(0, 2), net.add("out", (2, 3, 4))
    net.apply("REVERSE_V2", (0, axes), (output,))
    assert "one after the other" in refusal(net, output)


def test_paddings_that_tflm_fills_with_whatever_its_memory_held() -> None:
    net = network(1, 3, 1)
    numbers, output = (net.numbers(2), net.numbers(1, 0, shape=(1, 2))), net.add("out", (2, 2, 1))
    net.apply("SPACE_TO_BATCH_ND", (0, *numbers), (output,))
    assert "whatever its memory held" in refusal(net, output)


def test_more_than_there_is_to_mirror() -> None:
    net = network(3)
    paddings, output = net.numbers(3, 0, shape=(1, 2)), net.add("out", (6,))
    net.apply("MIRROR_PAD", (0, paddings), (output,), MirrorPadOptions("REFLECT"))
    assert "mirrors more than there is" in refusal(net, output)


def test_a_slice_of_everything_and_other_copies_of_the_whole_leave_no_code() -> None:
    net = network(1, 2, 3)
    turned, taken, opened = net.add("turned", (2, 1, 3)), net.add("taken", (2, 1, 3)), net.add("opened", (2, 3))
    net.apply("TRANSPOSE", (0, net.numbers(1, 0, 2)), (turned,))
    net.apply(
        "STRIDED_SLICE",
        (turned, *(net.numbers(*each) for each in ((0, 0, 0), (2, 1, 3), (1, 1, 1)))),
        (taken,),
        StridedSliceOptions(0, 0, 0, 0, 0, False),
    )
    net.apply("UNPACK", (taken,), (opened,), UnpackOptions(1, 1))
    compiled = compile_graph(read(write_case(net.case(opened))), "whole", bytes(32))
    assert compiled.source.count("only changes the shape") == 3
    assert compiled.memory.bytes == 8


@pytest.mark.slow
@pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")
@pytest.mark.parametrize("name", ["GATHER", "GATHER_ND", "EMBEDDING_LOOKUP", "SLICE", "DYNAMIC_UPDATE_SLICE"])
def test_no_index_reads_or_writes_beside_a_tensor(tmp_path: Path, name: str) -> None:
    """Of any int32, for which TensorFlow Lite Micro has no answer but garbage, or an error."""
    rng = np.random.default_rng(71)
    graphs = [read(write_case(registered()[name].random_case(rng, f"case_{number}"))) for number in range(60)]
    graphs = [graph for graph in graphs if counted(graph)]
    assert len(graphs) > 15
    rows = [put_together((values_for(rng, tensor) for tensor in graph.inputs), graph.inputs) for graph in graphs]
    for graph, given, answer in zip(graphs, rows, compiled_c.run(tmp_path, graphs, rows, together=60, level="-O0"), strict=True):
        np.testing.assert_array_equal(answer, reference_interpreter.run(graph, given))


def test_inputs_that_are_indices_are_asked_within_what_they_count() -> None:
    net = network(3, 2)
    net.tensors.append(TensorSpec("index", (4,), kind=INT32))
    output = net.add("out", (4, 2))
    net.apply("GATHER", (0, 1), (output,), GatherOptions(0, 0))
    graph = read(write_case(Case(net.tensors, net.operators, (0, 1), (output,))))
    assert counted(graph) == {1: (3,)}
    asked = choose(graph, 20).codes
    indices = taken_apart(asked, graph.inputs)[1]
    assert set(indices.ravel()) == {0, 1, 2}


def test_a_constant_index_beyond_the_table() -> None:
    net = network(3, 2)
    index, output = net.numbers(0, 3), net.add("out", (2, 2))
    net.apply("GATHER", (0, index), (output,), GatherOptions(0, 0))
    assert "indices beyond its table of shape (3, 2)" in refusal(net, output)


def test_a_slice_that_reaches_beyond_its_tensor() -> None:
    net = network(3, 2)
    numbers, output = (net.numbers(1, 0), net.numbers(3, 2)), net.add("out", (3, 2))
    net.apply("SLICE", (0, *numbers), (output,))
    assert "from [1, 0] on with the sizes [3, 2]" in refusal(net, output)


def test_what_is_taken_apart_and_joined_where_it_lies_leaves_no_code() -> None:
    net = network(4, 4)
    parts = (net.add("first", (2, 4)), net.add("second", (2, 4)))
    net.apply("SPLIT", (net.numbers(0), 0), parts, SplitOptions(2))
    rows = tuple(net.add(name, (4,)) for name in "ab")
    net.apply("UNPACK", (parts[1],), rows, UnpackOptions(2, 0))
    output = net.add("joined", (2, 4))
    net.apply("PACK", rows, (output,), PackOptions(2, 0))
    compiled = compile_graph(read(write_case(net.case(output))), "parts", bytes(32))
    assert compiled.source.count("finds its parts in place") == 2
    assert compiled.memory.bytes <= 24
