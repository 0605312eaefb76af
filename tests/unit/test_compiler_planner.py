"""Tensors that are needed at the same time never share a byte, and the plan is as small as TensorFlow Lite Micro's greedy one or smaller."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbline.convert.codegen import planner
from plumbline.convert.codegen.needs import NOTHING, Needs
from plumbline.convert.codegen.planner import ALIGNMENT, Plan, plan
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.graph import Graph, Operator, Tensor
from tests.support.flatbuffer_writer import Dense, Model, write

Contents = dict[int, tuple[int, int]]


def chain(*widths: int) -> Graph:
    layers = tuple(Dense(np.ones((b, a), np.int8), None, (0.1,), 0.1, 0) for a, b in pairwise(widths))
    return read(write(Model(0.1, 0, layers)))


def tensor(index: int, size: int) -> Tensor:
    return Tensor(index, f"t{index}", "INT8", (1, size), None, None)


def graph_of(sizes: list[int], *operators: tuple[str, tuple[int, ...], tuple[int, ...]]) -> Graph:
    """Tensors of these sizes, from the first to the last, and operators as (name, inputs, outputs)."""
    tensors = tuple(tensor(index, size) for index, size in enumerate(sizes))
    steps = tuple(Operator(name, 1, tuple(tensors[i] for i in reads), tuple(tensors[i] for i in writes), None) for name, reads, writes in operators)
    return Graph(tensors, steps, tensors[:1], tensors[-1:])


Cell = tuple[str, int, int]
"""What a byte is: of a tensor or of scratch memory, of which one, and where in it."""


def cells(kind: str, number: int, size: int) -> list[Cell]:
    return [(kind, number, i) for i in range(size)]


def in_place(graph: Graph, needs: list[Needs], placed: Plan, step: int) -> bool:
    """Whether the parts of a tensor lie in it, or what is joined in the result."""
    operator, need = graph.operators[step], needs[step]
    outer, inner = (operator.run_time_inputs, operator.outputs) if need.parts else (operator.outputs, tuple(operator.run_time_inputs))
    places = [placed.offsets[outer[0].index] + offset for offset in need.parts or need.joins]
    return bool(places) and [placed.offsets[each.index] for each in inner] == places


def content_of(operator: Operator, need: Needs, value: dict[int, list[Cell]]) -> dict[int, list[Cell]]:
    """What an operator's outputs are that takes its input apart, or joins its inputs."""
    inputs = operator.run_time_inputs
    if need.joins:
        return {operator.outputs[0].index: [cell for each in inputs for cell in value[each.index]]}
    return {each.index: value[inputs[0].index][at : at + each.bytes] for each, at in zip(operator.outputs, need.parts, strict=True)}


def simulate(graph: Graph, needs: list[Needs], placed: Plan) -> None:
    """Run the plan with bytes that know what they are: every operator must find its inputs whole, and the output must be whole at the end.

    An operator writes its outputs and its scratch memory before it reads, the worst that it may do, but for the inputs whose place it may take.
    """
    memory: list[Cell | None] = [None] * placed.bytes
    value = {graph.input.index: cells("value", graph.input.index, graph.input.bytes)}

    def fill(offset: int, content: list[Cell]) -> None:
        assert offset >= 0
        assert offset + len(content) <= placed.bytes
        memory[offset : offset + len(content)] = content

    def check(index: int) -> None:
        offset = placed.offsets[index]
        assert memory[offset : offset + graph.tensors[index].bytes] == value[index]

    fill(placed.offsets[graph.input.index], value[graph.input.index])
    for step, operator in enumerate(graph.operators):
        inputs = operator.run_time_inputs
        if operator.name == "RESHAPE":
            value[operator.outputs[0].index] = value[inputs[0].index]
            assert placed.offsets[operator.outputs[0].index] == placed.offsets[inputs[0].index]
            continue
        if in_place(graph, needs, placed, step):
            value |= content_of(operator, needs[step], value)
            for each in (*inputs, *operator.outputs):
                check(each.index)
            continue
        allowed = {inputs[i].index for i in needs[step].in_place if placed.offsets[inputs[i].index] == placed.offsets[operator.outputs[0].index]}
        for each in inputs:
            check(each.index)
        if needs[step].scratch_bytes:
            fill(placed.scratch[step], cells("scratch", step, needs[step].scratch_bytes))
        for each in operator.outputs:
            value[each.index] = cells("value", each.index, each.bytes)
            fill(placed.offsets[each.index], value[each.index])
        for each in inputs:
            if each.index not in allowed:
                check(each.index)
        for each in operator.outputs:
            check(each.index)
    check(graph.output.index)


def greedy_by_size(graph: Graph) -> int:
    """Bytes of a plan without sharing in place that takes the largest first, as TensorFlow Lite Micro's GreedyMemoryPlanner."""
    _, spans = planner.tensor_spans(graph, [NOTHING] * len(graph.operators))
    listed = list(spans.values())
    sizes = [planner.aligned(span.bytes) for span in listed]
    order = sorted(range(len(listed)), key=lambda i: (-sizes[i], i))
    return planner.extent(planner.first_fit(listed, sizes, order), sizes)


def test_a_long_chain_goes_back_and_forth_between_two_places() -> None:
    assert plan(chain(1, 8, 8, 8, 8, 8, 8, 1)).bytes == 16


def test_only_neighbours_count() -> None:
    assert plan(chain(1, 100, 4, 100, 4, 1)).bytes == 104


@pytest.mark.parametrize("widths", [(3, 4), (1, 5, 3, 9, 2), (7, 1, 1, 1, 7), (2, 64, 3, 64, 2, 5)])
def test_chains_never_overlap(widths: tuple[int, ...]) -> None:
    graph = chain(*widths)
    simulate(graph, [NOTHING] * len(graph.operators), plan(graph))


def test_an_operator_in_place_needs_no_second_place() -> None:
    graph = graph_of([8, 8, 8], ("TANH", (0,), (1,)), ("TANH", (1,), (2,)))
    in_place = Needs(in_place=(0,))
    assert plan(graph, [in_place, in_place]).bytes == 8
    assert plan(graph, [NOTHING, NOTHING]).bytes == 16


def test_an_input_that_is_also_read_by_another_name_is_not_overwritten() -> None:
    graph = graph_of([8, 8, 8], ("RESHAPE", (0,), (1,)), ("ADD", (0, 1), (2,)))
    one, both = ([NOTHING, Needs(in_place=places)] for places in ((0,), (0, 1)))
    simulate(graph, one, plan(graph, one))
    assert plan(graph, one).bytes == 16
    assert plan(graph, both).bytes == 8  # element by element, whichever name it is read by


def test_what_is_read_later_is_not_overwritten() -> None:
    graph = graph_of([8, 8, 8], ("TANH", (0,), (1,)), ("ADD", (0, 1), (2,)))
    needs = [Needs(in_place=(0,)), Needs(in_place=(0, 1))]
    placed = plan(graph, needs)
    simulate(graph, needs, placed)
    assert placed.bytes == 16


def test_a_reshaped_tensor_that_is_read_later_is_not_overwritten() -> None:
    graph = graph_of([8, 8, 8, 8], ("RESHAPE", (0,), (1,)), ("TANH", (1,), (2,)), ("ADD", (0, 2), (3,)))
    needs = [NOTHING, Needs(in_place=(0,)), Needs(in_place=(0, 1))]
    placed = plan(graph, needs)
    simulate(graph, needs, placed)
    assert placed.bytes == 16


def test_scratch_memory_is_an_operators_own() -> None:
    graph = chain(4, 4, 4)
    needs = [Needs(scratch_bytes=10), NOTHING]
    placed = plan(graph, needs)
    simulate(graph, needs, placed)
    assert placed.bytes == 20


def test_an_output_that_nobody_reads_has_a_place_while_it_is_written() -> None:
    graph = graph_of([8, 4, 4], ("SPLIT", (0,), (1, 2)))
    simulate(graph, [NOTHING], plan(graph))


@given(st.data())
@settings(max_examples=300)
def test_random_graphs(data: st.DataObject) -> None:
    count = data.draw(st.integers(3, 14))
    sizes, operators, needs = [data.draw(st.sampled_from((1, 3, 4, 8, 8, 50)))], [], []
    while len(sizes) < count:
        reads = tuple(data.draw(st.lists(st.integers(0, len(sizes) - 1), min_size=1, max_size=3)))
        name = data.draw(st.sampled_from(("ADD", "ADD", "RESHAPE", "SPLIT", "PARTS", "JOIN")))
        if name == "JOIN":
            reads = tuple(dict.fromkeys(reads))
        elif name != "ADD":
            reads = reads[:1]
        outputs = 2 if name in ("SPLIT", "PARTS") else 1
        writes = tuple(range(len(sizes), len(sizes) + outputs))
        need = NOTHING
        if name == "PARTS":
            cuts = data.draw(st.lists(st.integers(0, sizes[reads[0]] - 1), min_size=2, max_size=2))
            need = Needs(parts=tuple(cuts))
            sizes += [data.draw(st.integers(1, sizes[reads[0]] - at)) for at in cuts]
        elif name == "JOIN":
            need = Needs(joins=tuple(sum(sizes[each] for each in reads[:number]) for number in range(len(reads))))
            sizes.append(sum(sizes[each] for each in reads))
        else:
            sizes += [sizes[reads[0]] if name == "RESHAPE" else data.draw(st.sampled_from((1, 3, 4, 8, 8, 50))) for _ in writes]
        operators.append((name, reads, writes))
        if name in ("ADD", "SPLIT"):
            places = tuple(data.draw(st.lists(st.integers(0, len(reads) - 1), unique=True))) if name == "ADD" else ()
            need = Needs(places, data.draw(st.sampled_from((0, 0, 0, 7))))
        needs.append(need)
    graph = graph_of(sizes, *operators)
    placed = plan(graph, needs)
    simulate(graph, needs, placed)
    assert all(offset % ALIGNMENT == 0 for offset in placed.offsets.values())
    assert plan(graph).bytes <= greedy_by_size(graph)


def test_bytes_can_be_left_free_for_a_sanitizer() -> None:
    graph = chain(4, 4, 4)
    apart = plan(graph, apart=16)
    ends = sorted((offset, offset + span.bytes) for offset, span in apart.spans)
    assert all(later[0] - earlier[1] >= 16 or later[0] == earlier[0] for earlier, later in pairwise(ends))
    assert apart.bytes - ends[-1][1] >= 16


PARTS, JOIN = Needs(parts=(0, 4)), Needs(joins=(0, 4))


def test_parts_lie_in_what_they_are_parts_of_and_may_be_overwritten_there() -> None:
    graph = graph_of([8, 4, 4, 4, 1], ("SPLIT", (0,), (1, 2)), ("TANH", (1,), (3,)), ("ADD", (3, 2), (4,)))
    needs = [PARTS, Needs(in_place=(0,)), NOTHING]
    placed = plan(graph, needs)
    simulate(graph, needs, placed)
    assert [placed.offsets[index] for index in range(4)] == [0, 0, 4, 0]


def test_what_is_joined_lies_in_the_result() -> None:
    graph = graph_of([4, 4, 8], ("TANH", (0,), (1,)), ("JOIN", (0, 1), (2,)))
    needs = [NOTHING, JOIN]
    placed = plan(graph, needs)
    simulate(graph, needs, placed)
    assert placed.offsets == {0: 0, 1: 4, 2: 0}


def test_a_part_is_no_place_for_another_value_while_the_whole_is_still_read() -> None:
    graph = graph_of([8, 4, 4, 4, 1], ("SPLIT", (0,), (1, 2)), ("TANH", (1,), (3,)), ("ADD", (0, 2, 3), (4,)))
    needs = [PARTS, Needs(in_place=(0,)), NOTHING]
    placed = plan(graph, needs)
    simulate(graph, needs, placed)
    assert placed.offsets[1] != placed.offsets[0]


def test_parts_that_overlap_are_not_overwritten_while_the_other_is_read() -> None:
    graph = graph_of([12, 8, 8, 8, 1], ("SLICES", (0,), (1, 2)), ("TANH", (1,), (3,)), ("ADD", (2, 3), (4,)))
    needs = [PARTS, Needs(in_place=(0,)), NOTHING]
    simulate(graph, needs, plan(graph, needs))


def test_a_small_part_does_not_keep_a_large_tensor_alive() -> None:
    graph = graph_of([100, 4, 90, 1], ("SLICE", (0,), (1,)), ("TANH", (1,), (2,)), ("ADD", (1, 2), (3,)))
    needs = [Needs(parts=(40,)), NOTHING, NOTHING]
    placed = plan(graph, needs)
    simulate(graph, needs, placed)
    assert placed.bytes == 104


def test_parts_that_no_word_begins_at_are_copied() -> None:
    graph = graph_of([6, 3, 3], ("SPLIT", (0,), (1, 2)))
    placed = plan(graph, [Needs(parts=(0, 3))])
    assert all(offset % ALIGNMENT == 0 for offset in placed.offsets.values())
