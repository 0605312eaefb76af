"""What targets are measured by: labels as numbers and as text, of one output and of several, or the sentence that says why they do not fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from plumbline.common.by_name import ONLY
from plumbline.common.errors import UsageError
from plumbline.common.limits import Limits
from plumbline.common.quality import Quality
from plumbline.convert.importers.demands import qualities_for, targets_for
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.importers.samples.reader import Samples
from plumbline.convert.importers.samples.values import Targets
from plumbline.convert.model.graph import Graph
from tests.support.flatbuffer_writer import random_model, write

INPUTS = np.zeros((6, 12), np.float32)


def demanded(graph: Graph, targets: list[int], labels: tuple[str, ...]) -> tuple[Quality, ...]:
    """What is demanded of a model with one output whose samples have these targets."""
    return qualities_for(targets_for(Samples((INPUTS,), {ONLY: Targets(np.array(targets), labels)}), graph), graph, Limits())


@pytest.fixture(scope="module")
def two() -> Graph:
    """A model of two outputs."""
    return read(write(random_model(np.random.default_rng(3), 12, per_channel=False)))


@pytest.fixture(scope="module")
def sigmoid(two: Graph) -> Graph:
    """The same with a LOGISTIC of one output at its end."""
    return replace(two, operators=(replace(two.operators[-1], name="LOGISTIC"),), outputs=(replace(two.output, shape=(1, 1)),))


def test_text_names_the_two_classes_of_a_sigmoid(sigmoid: Graph, two: Graph) -> None:
    for graph in (sigmoid, two):
        (quality,) = demanded(graph, [0, 1, 0, 1, 1, 0], ("cat", "dog"))
        assert (quality.kind, quality.classes) == ("accuracy", ("cat", "dog"))


@pytest.mark.parametrize(
    ("targets", "labels", "says", "hint"),
    [
        ([0, 1, 2, 0, 1, 2], ("a", "b", "c"), r"name 3 classes \(a, b, c\), the model answers 2 numbers", "one class for each output"),
        ([0, 0, 0, 0, 0, 0], ("a",), r"name 1 class \(a\), the model tells 2", "whole numbers from 0 to 1"),
        ([1, 2, 1, 2, 1, 2], (), "whole numbers from 1 to 2", "begin at 1, subtract 1"),
        ([-1, 0, -1, 0, 0, 0], (), "whole numbers from -1 to 0", "begin at -1, add 1"),
        ([3, 9, 3, 9, 5, 9], (), "whole numbers from 3 to 9", "values need 2 a sample.$"),
    ],
)
def test_targets_that_do_not_fit_say_what_they_are(two: Graph, targets: list[int], labels: tuple[str, ...], says: str, hint: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        demanded(two, targets, labels)
    with pytest.raises(UsageError, match=hint):
        raise UsageError(caught.value.hint)


def test_text_for_a_single_number_that_is_no_probability(sigmoid: Graph, two: Graph) -> None:
    number = replace(sigmoid, operators=two.operators)
    with pytest.raises(UsageError, match="the model answers 1 number that no sigmoid makes a probability of"):
        demanded(number, [0, 1, 0, 1, 1, 0], ("cat", "dog"))


@pytest.fixture(scope="module")
def twice(two: Graph) -> Graph:
    """A model with the output `class` and, before its last operator, the output `place`."""
    last = two.operators[-1]
    between = next(each for each in last.inputs if each is not None and each.computed)
    return replace(two, outputs=(two.output, between), names={two.output.index: "class", between.index: "place"})


def test_each_output_is_measured_by_its_own_targets(twice: Graph) -> None:
    wide = twice.outputs[1].elements
    given = {"place": Targets(np.ones((6, wide), np.float32) * np.arange(6)[:, None]), "class": Targets(np.array([0, 1, 0, 1, 1, 0]), ("cat", "dog"))}
    targets = targets_for(Samples((INPUTS,), given), twice)
    assert targets == (given["class"], given["place"])
    found = qualities_for(targets, twice, Limits())
    assert [(each.output, each.kind, each.classes) for each in found] == [("class", "accuracy", ("cat", "dog")), ("place", "rmse", ())]
    (alone,) = qualities_for(targets_for(Samples((INPUTS,), {"place": given["place"]}), twice), twice, Limits())
    assert alone.output == "place"
    assert targets_for(Samples((INPUTS,)), twice) == ()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({ONLY: 2}, "have targets, and the model the outputs class, place: which of them they are for is unknown"),
        ({"class": 2, "plaec": 2, "size": 2}, "have targets for plaec, size, which no output is called"),
        ({ONLY: 2, "angle": 2}, "which of them they are for is unknown; they have targets for angle, which no output is called"),
        ({"class": 5}, r"The targets of class in the samples are whole numbers from 0 to 5, output class answers 2 numbers"),
    ],
)
def test_targets_of_no_output_are_refused_with_the_names_that_there_are(twice: Graph, given: dict[str, int], says: str) -> None:
    samples = Samples((INPUTS,), {name: Targets(np.arange(6) % (most + 1)) for name, most in given.items()})
    with pytest.raises(UsageError, match=says) as caught:
        qualities_for(targets_for(samples, twice), twice, Limits())
    assert "class" in caught.value.hint or "Labels" in caught.value.hint


def test_the_name_of_the_only_output_may_be_said(two: Graph) -> None:
    given = Targets(np.array([0, 1, 0, 1, 1, 0]))
    assert targets_for(Samples((INPUTS,), {two.name_of(two.output): given}), two) == (given,)
    with pytest.raises(UsageError, match="targets for other, which no output is called"):
        targets_for(Samples((INPUTS,), {"other": given}), two)
