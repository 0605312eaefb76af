"""What targets are measured by: labels as numbers and as text, of one output and of several, or the sentence that says why they do not fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from plumbline.common.errors import UsageError
from plumbline.common.limits import Limits
from plumbline.convert.importers.demands import quality_for
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.importers.samples.reader import Samples
from plumbline.convert.model.graph import Graph
from tests.support.flatbuffer_writer import random_model, write

INPUTS = np.zeros((6, 12), np.float32)


@pytest.fixture(scope="module")
def two() -> Graph:
    """A model of two outputs."""
    return read(write(random_model(np.random.default_rng(3), 12, per_channel=False)))


@pytest.fixture(scope="module")
def sigmoid(two: Graph) -> Graph:
    """The same with a LOGISTIC of one output at its end."""
    return replace(two, operators=(replace(two.operators[-1], name="LOGISTIC"),), outputs=(replace(two.output, shape=(1, 1)),))


def test_text_names_the_two_classes_of_a_sigmoid(sigmoid: Graph, two: Graph) -> None:
    samples = Samples((INPUTS,), np.array([0, 1, 0, 1, 1, 0]), ("cat", "dog"))
    for graph in (sigmoid, two):
        quality = quality_for(samples, graph, Limits())
        assert quality is not None
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
        quality_for(Samples((INPUTS,), np.array(targets), labels), two, Limits())
    with pytest.raises(UsageError, match=hint):
        raise UsageError(caught.value.hint)


def test_text_for_a_single_number_that_is_no_probability(sigmoid: Graph, two: Graph) -> None:
    number = replace(sigmoid, operators=two.operators)
    with pytest.raises(UsageError, match="the model answers 1 number that no sigmoid makes a probability of"):
        quality_for(Samples((INPUTS,), np.array([0, 1, 0, 1, 1, 0]), ("cat", "dog")), number, Limits())
