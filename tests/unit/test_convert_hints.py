"""No hint sends a person where there is nothing for them: to a recipe, to make targets of recipes, or to another engine."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace

import pytest

from plumbline.common.errors import PlumblineError
from plumbline.common.paths import ROOT
from plumbline.common.way import Way, came_as
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.engine_support import check_engine
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model import hints
from plumbline.convert.model.flatbuffer_view import damaged
from plumbline.convert.operators.engines import ENGINES
from tests.faults.fuzz_flatbuffer import mutants
from tests.support.tflite_writer import FLOAT32, TensorSpec, write_graph
from tests.support.write_operators import unary

FORBIDDEN = ("recipe", "make clean", "make train", "convert/kernels", "convert/integer", "tflm engine", "another engine")
OWN = (Way.TFLITE, Way.KERAS)


def said(way: Way, raw: bytes) -> list[str]:
    found = []
    with came_as(way):
        for name in ENGINES:
            try:
                graph = read(raw)
                check_engine(graph, name)
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


RECIPES_ALONE = {
    ("preflight.py", "check_layers"),
    ("pipeline.py", "convert"),
    ("pipeline.py", "check_quality"),
    ("pipeline.py", "check_reach"),
    ("tolerance.py", "line"),
    ("tolerance.py", "too_tight"),
}
"""Functions whose messages only users of recipes see; None for all of a file."""


def texts_of(node: ast.AST) -> list[str]:
    """Literals below a node, without docstrings and what `advice` says to users of recipes."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "advice":
        return [text for keyword in node.keywords if keyword.arg != "recipe" for text in texts_of(keyword.value)]
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return []
    return [text for child in ast.iter_child_nodes(node) for text in texts_of(child)]


def test_no_text_that_a_user_of_a_file_reaches_speaks_of_recipes() -> None:
    sources = sorted((ROOT / "convert").rglob("*.py"))
    assert len(sources) > 80
    found = []
    for source in sources:
        for node in ast.parse(source.read_text()).body:
            name = getattr(node, "name", None)
            if not {(source.name, None), (source.name, name)} & RECIPES_ALONE:
                found += [(source.name, name, text) for text in texts_of(node) if any(each in text for each in FORBIDDEN)]
    assert [each for each in found if not each[2].startswith("--")] == []  # options of child processes
