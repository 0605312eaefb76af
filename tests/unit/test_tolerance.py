"""Tolerances: proposed from the quantization, refused where they are too tight, and named as what they are when an answer lies beyond one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from plumbline.common.errors import BadRecipe
from plumbline.common.golden_data import References
from plumbline.common.manifest import BoundSpec
from plumbline.common.numbers import above, number
from plumbline.common.quantization import dequantize_float32
from plumbline.convert.importers.flatbuffer import reader
from plumbline.convert.model.graph import Graph
from plumbline.convert.references.tolerance import line, propose, tolerance_of
from plumbline.host.verdict.checks import failures
from plumbline.host.verdict.comparison import Comparison
from plumbline.training.recipes.linear import RECIPE
from tests.support.random_network import Network
from tests.support.tflite_writer import write_graph

DECLARED = RECIPE.declared
BOUND = BoundSpec(0.125, 0.0625, 0.03125, 0.25, total=0.46, slope=0.5)


@pytest.fixture(scope="module")
def graph() -> Graph:
    net = Network(np.random.default_rng(3), (1, 4))
    net.dense(3)
    return reader.read(write_graph(net.tensors, net.operators, 0, net.current))


def answers(graph: Graph, loss: float) -> References:
    """Five answers, one of which lies so far from the float model."""
    codes = np.arange(20, dtype=np.int8).reshape(5, 4)
    expected = np.arange(15, dtype=np.int8).reshape(5, 3)
    floats = dequantize_float32(expected, graph.output.quantized).astype(np.float32)
    floats[3, 1] += loss
    return References(codes, expected, floats, np.empty(0, np.int64), 0, np.empty((0, 3), np.float32))


def test_without_a_bound_the_measured_loss_and_a_step_are_proposed(graph: Graph) -> None:
    loss = 20 * float(graph.output.quantized.scale)
    proposal = propose(graph, answers(graph, loss), None)
    assert proposal.least == pytest.approx(loss, rel=1e-5)
    assert 0 <= proposal.value - loss * 21 / 20 < loss / 100
    assert "measured on 5 inputs" in proposal.reason
    undeclared = replace(DECLARED, tolerance=None)
    assert tolerance_of(undeclared, proposal) == proposal.value
    assert f"{proposal.value:g} is proposed" in line(undeclared, proposal, None)
    assert "declares no tolerance" in line(undeclared, proposal, None)


def test_with_a_bound_the_bound_is_proposed(graph: Graph) -> None:
    proposal = propose(graph, answers(graph, 9.0), BOUND)
    assert (proposal.value, proposal.least) == (0.46, 0.46)
    assert tolerance_of(replace(DECLARED, tolerance=None), proposal) == 0.46
    assert tolerance_of(replace(DECLARED, tolerance=0.46), proposal) == 0.46
    assert line(DECLARED, proposal, BOUND) == "  |board - float| <= 0.46, proven; the recipe declares a tolerance of 0.25"


@pytest.mark.parametrize("bound", [None, BOUND])
def test_a_tolerance_too_tight_is_refused_with_the_one_it_would_take(graph: Graph, bound: BoundSpec | None) -> None:
    proposal = propose(graph, answers(graph, 20 * float(graph.output.quantized.scale)), bound)
    with pytest.raises(BadRecipe, match=r"declares a tolerance of 0\.001, but its int8 model") as caught:
        tolerance_of(replace(DECLARED, tolerance=0.001), proposal)
    assert f"tolerance={above(proposal.value):g} or more" in caught.value.hint
    assert number(proposal.least) in caught.value.message or f"{proposal.least:.6g}" in caught.value.message


def test_a_recipe_need_not_declare_one() -> None:
    assert replace(RECIPE, tolerance=None).check().tolerance is None


@pytest.mark.parametrize(("value", "up"), [(0.34123, 0.342), (0.342, 0.342), (1234.5, 1240), (9.999e-7, 1e-6), (0.0, 0.0)])
def test_rounded_up_to_what_a_person_types(value: float, up: float) -> None:
    assert above(value) == pytest.approx(up, rel=1e-12)
    assert above(value) >= value


def comparison(row: int, error: float, exact: bool = True) -> Comparison:
    return Comparison("code", row, None, (1, 2), (1, 2), (0.5, 0.0), (0.5, 0.0), (0.5 - error, 0.0), bound=0.2, exact=exact)


def test_exact_answers_beyond_a_tolerance_blame_the_tolerance() -> None:
    rows = [comparison(row, 0.3412 if row == 3 else 0.1) for row in range(397)]
    (said,) = failures(rows, [], "tolerance")
    assert said.startswith("the tolerance of 0.2 is too tight, not the board wrong: 1 of 397 answers are exact and yet farther from the float model")
    assert "error 0.3412, tolerance 0.2" in said
    assert "int8 loses up to 0.3412 here: declare a tolerance of 0.342 or more in the recipe" in said
    assert "bound" not in said


def test_exact_answers_beyond_a_proven_bound_blame_the_bound() -> None:
    (said,) = failures([comparison(0, 0.3)], [], "bound")
    assert "farther from the float model than the proven bound allows" in said
    assert "do not belong to this model" in said


def test_wrong_answers_beyond_it_are_the_boards() -> None:
    rows = [comparison(0, 0.3, exact=False), comparison(1, 0.3)]
    differ, far, tight = failures(rows, [], "tolerance")
    assert "1 of 2 answers differ from the oracle" in differ
    assert far.startswith("1 of 2 answers are farther from the float model than the tolerance allows")
    assert "too tight" in tight
    assert "nan" not in failures([comparison(0, float("nan"))], [], "tolerance")[0]
