"""Which inputs a model of several input numbers is verified on: a wide pool, chosen from by what is seen of the model's insides."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.graph import Graph
from plumbline.convert.references import reference_interpreter
from plumbline.convert.references.choose_inputs import MOST_CHOSEN, at_once, candidates, choose, looked_up, samples_asked, taken, with_chosen
from plumbline.convert.references.input_pool import KINDS, edges, near, pool_of, sides
from plumbline.convert.references.sample_rows import FEWEST, most_inputs
from plumbline.convert.references.seen import Seen
from tests.faults.networks import images
from tests.support.flatbuffer_writer import random_model, write
from tests.support.tflite_writer import TensorSpec, write_graph
from tests.support.write_operators import fully_connected, unary

DENSE = read(write(random_model(np.random.default_rng(3), 12, per_channel=False)))
IMAGES = read(images(0))


@pytest.mark.parametrize("graph", [DENSE, IMAGES], ids=["dense", "images"])
def test_the_pool_holds_every_kind_and_is_the_same_for_the_same_seed(graph: Graph) -> None:
    pool = pool_of(graph.inputs, 3 * len(KINDS), 5)
    assert set(pool.kinds) == set(KINDS)
    assert pool.codes.shape == (3 * len(KINDS), graph.input.elements)
    assert (pool.codes == pool_of(graph.inputs, 3 * len(KINDS), 5).codes).all()
    assert (pool.codes != pool_of(graph.inputs, 3 * len(KINDS), 6).codes).any()
    reached = pool.codes.astype(int)
    assert reached.min() == -128
    assert reached.max() == 127
    spread = np.ptp(reached, axis=1)
    assert (spread == 0).any()
    assert ((spread > 0) & (spread < 32)).any()
    assert (spread > 200).any()


def test_the_edges_are_what_they_are_called() -> None:
    pool = edges(IMAGES.inputs)
    lowest, highest, zero, turns = pool.codes
    assert (set(lowest.tolist()), set(highest.tolist()), set(zero.tolist())) == ({-128}, {127}, {IMAGES.input.quantized.zero_point})
    board = turns.reshape(sides(IMAGES.input))
    assert (board[1:] != board[:-1]).all()
    assert (board[:, 1:] != board[:, :-1]).all()


def test_what_lies_near_an_input_is_most_often_another_one() -> None:
    rng, codes = np.random.default_rng(1), pool_of(IMAGES.inputs, 1, 5).codes[0]
    others = [near(rng, codes, IMAGES.inputs) for _ in range(40)]
    assert sum((other != codes).any() for other in others) > 35
    assert all(other.shape == codes.shape and other.dtype == np.int8 for other in others)


def test_a_classifier_that_nearly_always_answers_the_same_is_asked_where_it_wavers() -> None:
    graph = read(images(4))
    noise = np.random.default_rng(1).integers(-128, 128, (24, graph.input.elements)).astype(np.int8)
    chosen = choose(graph, 24)
    assert len(chosen) == 24
    assert _distinct(graph, chosen.codes) > 3 * _distinct(graph, noise)
    assert chosen.kinds[:3] == ("all lowest", "all highest", "all real 0")
    assert (choose(graph, 24).codes == chosen.codes).all()


def _distinct(graph: Graph, codes: NDArray[np.int8]) -> int:
    return len(np.unique(reference_interpreter.run(graph, codes), axis=0))


def test_what_is_chosen_reaches_farther_out_between_the_layers_than_noise() -> None:
    """The lowest and highest codes of each channel between the layers, by 16 chosen inputs and by 16 of noise."""
    noise = np.random.default_rng(1).integers(-128, 128, (16, IMAGES.input.elements)).astype(np.int8)
    chosen, drawn = (_ends(reference_interpreter.Model(IMAGES).values(codes)) for codes in (choose(IMAGES, 16).codes, noise))
    assert (chosen > drawn).sum() > 2 * (chosen < drawn).sum()
    assert (chosen - drawn).mean() > 5


def _ends(values: dict[int, NDArray[np.int8]]) -> NDArray[np.int64]:
    """For each channel that a layer writes, how far its codes go down and up."""
    found = []
    for tensor in (operator.outputs[0] for operator in IMAGES.operators[:2]):
        channels = values[tensor.index].astype(np.int64).reshape(-1, tensor.shape[-1])
        found += [-channels.min(axis=0), channels.max(axis=0)]
    return np.concatenate(found)


def test_what_is_chosen_looks_up_more_of_a_table_than_noise() -> None:
    """Most of a steep table's entries answer alike, so that the answers do not say which of them was looked up."""
    weights = np.array([[9, -7, 5, -3, 1, 2, -4, 6, -8, 10, 11, -12]], np.int8)
    tensors = [
        TensorSpec("input", (1, 12), (0.05,), (0,)),
        TensorSpec("net/weights", (1, 12), (0.05,), (0,), weights),
        TensorSpec("net/sum", (1, 1), (0.2,), (0,)),
        TensorSpec("net/out", (1, 1), (1 / 256,), (-128,)),
    ]
    graph = read(write_graph(tensors, [fully_connected((0, 1, -1), 2), unary("LOGISTIC", 2, 3)], 0, 3))
    chosen, noise = choose(graph, 64).codes, pool_of(graph.inputs, 64, 9).codes
    places = [len(np.unique(reference_interpreter.Model(graph).values(codes)[2])) for codes in (chosen, noise)]
    assert places[0] > 1.7 * places[1]
    assert _distinct(graph, chosen) >= _distinct(graph, noise)


def test_what_few_candidates_wake_is_taken_first() -> None:
    """Nine candidates take one channel far out and leave the other asleep; the last one wakes that a little."""
    inside = np.array([[50 + at, 256] for at in range(9)] + [[50, 256 + 1]])
    seen = Seen(inside, np.zeros((10, 1), np.int64), np.zeros((10, 1), np.int8), np.ones(10))
    assert taken(seen, 1, 0) == [9]


def test_softmax_looks_up_distances_from_the_highest_code() -> None:
    operator = IMAGES.operators[-1]
    assert operator.name == "SOFTMAX"
    assert operator.inputs[0] is not None
    codes = np.array([[-128, 127, 0, 126, 127]], np.int8)
    assert looked_up(operator, {operator.inputs[0].index: codes}).tolist() == [[255, 0, 127, 1, 0]]


def test_so_many_are_answered_together_as_a_cache_holds() -> None:
    largest = max(tensor.elements for operator in IMAGES.operators for tensor in operator.outputs)
    assert at_once(IMAGES) * largest <= 2**18
    assert (at_once(IMAGES) + 1) * largest > 2**18


def test_samples_come_first_and_what_is_chosen_lies_near_some_of_them() -> None:
    samples = pool_of(DENSE.inputs, 200, 9).codes
    asked = with_chosen(DENSE, samples)
    assert (asked.codes[:200] == samples).all()
    assert asked.kinds[:200] == ("",) * 200
    assert all(asked.kinds[200:])
    assert len(asked.kinds) == len(asked.codes) == 200 + MOST_CHOSEN
    assert any("near sample" in kind for kind in asked.kinds)


def test_as_many_are_asked_as_the_line_carries_in_time_and_all_codes_of_one_number() -> None:
    assert len(with_chosen(DENSE, np.empty((0, 12), np.int8)).codes) == most_inputs(DENSE)
    assert samples_asked(DENSE) + MOST_CHOSEN == most_inputs(DENSE)
    many = with_chosen(DENSE, np.zeros((600, 12), np.int8))
    assert len(many.codes) == 600 + FEWEST
    one = read(write(random_model(np.random.default_rng(3), 1, per_channel=False)))
    codes = np.arange(-128, 128, dtype=np.int8).reshape(-1, 1)
    assert with_chosen(one, codes).kinds == ("",) * 256
    assert samples_asked(one) == most_inputs(one)


def test_a_model_that_takes_longer_has_fewer_candidates() -> None:
    assert candidates(DENSE) > 500
    slow = Graph(IMAGES.tensors, IMAGES.operators * 5000, IMAGES.inputs, IMAGES.outputs)
    assert candidates(slow) == 64
