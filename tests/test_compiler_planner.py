"""Intermediate tensors that are alive at the same time never share a byte, and chains need no more than two neighbours."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convert.compiler.planner import ALIGNMENT, lifetimes, plan
from convert.flatbuffer import read
from convert.graph import Graph, Operator, Tensor
from tests.flatbuffer_writer import Dense, Model, write


def chain(*widths: int) -> Graph:
    layers = tuple(Dense(np.ones((b, a), np.int8), None, (0.1,), 0.1, 0) for a, b in pairwise(widths))
    return read(write(Model(0.1, 0, layers)))


def check(graph: Graph) -> None:
    alive, placed = lifetimes(graph), plan(graph)
    assert set(placed.offsets) == set(alive)
    spans = {i: range(placed.offsets[i], placed.offsets[i] + graph.tensors[i].bytes) for i in alive}
    for i in alive:
        assert spans[i].stop <= placed.bytes
        assert spans[i].start % ALIGNMENT == 0
        for j in alive:
            together = alive[i][0] <= alive[j][1] and alive[j][0] <= alive[i][1]
            assert i == j or not together or spans[i].stop <= spans[j].start or spans[j].stop <= spans[i].start


def test_a_single_layer_needs_nothing() -> None:
    assert plan(chain(3, 4)).bytes == 0


def test_a_long_chain_goes_back_and_forth_between_two_places() -> None:
    graph = chain(1, 8, 8, 8, 8, 8, 8, 1)
    check(graph)
    assert plan(graph).bytes == 16


def test_only_neighbours_count() -> None:
    graph = chain(1, 100, 4, 100, 4, 1)
    check(graph)
    assert plan(graph).bytes == 104


@pytest.mark.parametrize("widths", [(1, 5, 3, 9, 2), (7, 1, 1, 1, 7), (2, 64, 3, 64, 2, 5)])
def test_chains_never_overlap(widths: tuple[int, ...]) -> None:
    check(chain(*widths))


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_graphs_with_branches_never_overlap(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 50), min_size=3, max_size=12))
    tensors = tuple(Tensor(i, f"t{i}", "INT8", (1, size), None, None) for i, size in enumerate(sizes))
    operators = []
    for i in range(1, len(tensors)):
        read_from = data.draw(st.lists(st.integers(0, i - 1), min_size=1, max_size=3, unique=True))
        operators.append(Operator("ADD", 1, tuple(tensors[j] for j in read_from), (tensors[i],), None))
    check(replace(Graph(tensors, tuple(operators), tensors[0], tensors[-1])))
