"""The sequences that a board of a model with a state is asked tell faults of state handling from right answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.graph import Graph
from plumbline.convert.references import reference_interpreter
from plumbline.convert.references.choose_sequences import LONGEST_MEMORY, memory, samples_in_order, sequences
from plumbline.convert.references.reference_interpreter import Model
from plumbline.convert.references.sequences import Steps
from tests.support import self_test_models


def window(steps: int, begin: int = 1) -> Graph:
    return read(self_test_models.window(steps, begin))


def without_assigning(graph: Graph) -> Graph:
    """A graph whose variables keep their beginning."""
    return replace(graph, operators=tuple(each for each in graph.operators if each.name != "ASSIGN_VARIABLE"))


def test_sequences_are_answered_together_whatever_their_lengths() -> None:
    steps = Steps.of(6, np.array([True, False, True, False, False, True]))
    assert [rows.tolist() for rows in steps] == [[2, 0, 5], [3, 1], [4]]


@pytest.mark.parametrize("steps", [1, 5, 30])
def test_the_longest_run_is_longer_than_the_state_remembers(steps: int) -> None:
    graph = window(steps)
    assert memory(graph, Model(graph)) == steps
    asked = sequences(graph)
    lengths = np.diff([*np.flatnonzero(asked.starts), len(asked.codes)])
    assert lengths.max() >= 2 * steps
    assert lengths.min() == 1
    assert len(asked.kinds) == len(asked.codes)


def test_a_variable_that_is_never_assigned_remembers_for_ever() -> None:
    graph = without_assigning(window(2))
    assert memory(graph, Model(graph)) == LONGEST_MEMORY


def test_samples_come_first_in_their_order() -> None:
    graph = window(3)
    samples = np.arange(40, dtype=np.int8).reshape(10, 4)
    asked = sequences(graph, samples)
    assert (asked.codes[:10] == samples).all()
    assert asked.kinds[:10] == ("",) * 10
    assert asked.starts[:11].tolist() == [True, *[False] * 9, True]
    assert samples_in_order(graph) >= 100


@pytest.mark.parametrize("steps", [1, 5, 30])
def test_faults_of_state_handling_change_answers(steps: int) -> None:
    graph = window(steps)
    asked = sequences(graph)
    right = reference_interpreter.run(graph, asked.codes, starts=asked.starts)
    faults = {
        "no reset": reference_interpreter.run(graph, asked.codes),
        "a reset before each row": reference_interpreter.run(graph, asked.codes, starts=np.ones(len(asked.codes), bool)),
        "nothing assigned": reference_interpreter.run(without_assigning(graph), asked.codes, starts=asked.starts),
        "off by one": reference_interpreter.run(window(steps, begin=0), asked.codes, starts=asked.starts),
    }
    for forgotten in np.flatnonzero(asked.starts)[1:]:
        starts = asked.starts.copy()
        starts[forgotten] = False
        faults[f"the reset before row {forgotten} forgotten"] = reference_interpreter.run(graph, asked.codes, starts=starts)
    assert [fault for fault, answers in faults.items() if (answers == right).all()] == []
