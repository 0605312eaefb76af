"""No hint sends a person where there is nothing for them: to a recipe, to make targets of recipes, or to another engine."""

from __future__ import annotations

import inspect
from dataclasses import replace

import pytest

from common.errors import PlumblineError
from common.way import Way, came_as
from convert import hints
from convert.compiler.emit import compile_graph
from convert.flatbuffer import read
from convert.runtimes import RUNTIMES, check_runtime
from convert.tables import damaged
from tests.fuzz_flatbuffer import mutants
from tests.tflite_writer import FLOAT32, TensorSpec, write_graph
from tests.write_arithmetic import unary

FORBIDDEN = ("recipe", "make clean", "make train", "convert/kernels", "convert/integer", "tflm engine", "another engine")
OWN = (Way.TFLITE, Way.KERAS)


def said(way: Way, raw: bytes) -> list[str]:
    found = []
    with came_as(way):
        for name in RUNTIMES:
            try:
                graph = read(raw)
                check_runtime(graph, name)
                compile_graph(graph, "hints", bytes(32))
            except PlumblineError as error:
                found.append(error.hint)
    return found


@pytest.mark.parametrize("way", OWN)
def test_no_refusal_of_a_damaged_or_odd_model_speaks_of_recipes(way: Way) -> None:
    texts = [text for raw in mutants(21, 600) for text in said(way, raw)]
    assert len(set(texts)) > 5
    assert [text for text in texts if any(each in text for each in FORBIDDEN)] == []


@pytest.mark.parametrize("way", OWN)
def test_no_hint_speaks_of_recipes(way: Way) -> None:
    given = {"known": ["ADD"], "what": "Change the layer"}
    functions = [each for name, each in vars(hints).items() if inspect.isfunction(each) and each.__module__ == hints.__name__]
    assert len(functions) > 5
    with came_as(way):
        texts = [each(**{name: given[name] for name in inspect.signature(each).parameters}) for each in functions] + [damaged("it").hint]
    assert [text for text in texts if any(each in text for each in FORBIDDEN)] == []


def test_a_recipe_is_told_of_itself() -> None:
    ends = [TensorSpec("input", (1, 4), kind=FLOAT32), replace(TensorSpec("out", (1, 4), kind=FLOAT32), data=None)]
    with came_as(Way.RECIPE), pytest.raises(PlumblineError) as caught:
        read(write_graph(ends, [unary("TANH")], 0, 1))
    assert "layers that TensorFlow" in caught.value.hint
