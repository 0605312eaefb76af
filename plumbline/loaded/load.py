"""`plumbline.load`: finds the model that is meant, reads and checks it as a conversion does, and chooses what runs it."""

from __future__ import annotations

import hashlib
import warnings
from os import PathLike, fspath
from pathlib import Path

from plumbline.common.errors import BuildFailed, CompilerMissing, UsageError
from plumbline.common.text import meant
from plumbline.common.way import Way, came_as
from plumbline.convert.codegen.emit import Compiled, compile_graph
from plumbline.convert.importers.flatbuffer import reader
from plumbline.convert.importers.flatbuffer.parse import pick, take_apart
from plumbline.convert.importers.flatbuffer.strip_float_io import cut
from plumbline.convert.importers.flatbuffer.unused_types import called_int8
from plumbline.convert.model.called import with_names
from plumbline.convert.model.graph import Graph
from plumbline.loaded.compiled import Native
from plumbline.loaded.ends import End
from plumbline.loaded.engine import Engine, Reference
from plumbline.loaded.layers import distinct, places_of
from plumbline.loaded.model import Facts, Memory, Model
from plumbline.loaded.source import flatbuffer_of
from plumbline.loaded.told import told

ENGINES = ("auto", "compiled", "reference")


@told
def load(model: str | PathLike[str] | bytes, engine: str = "auto", *, cache: str | PathLike[str] | None = None) -> Model:
    """The model on this computer: the same integers that a board computes.

    Args:
        model: a .tflite file; the name of a recipe, or a .keras file, that was converted; or the bytes of a flatbuffer.
        engine: `compiled` is the generated C, through this computer's compiler; `reference` the reference interpreter, which needs none and is much
            slower; `auto` the first of them that is there.
        cache: the folder that keeps what was compiled; None for one among the user's caches.

    Raises:
        UsageError: there is no such file or engine, or the model has to be converted first.
        UnknownRecipe: there is no recipe of that name.
        ModelRefused: the file is no model, damaged, or not of integers.
        UnsupportedOperator: it holds operators that are not there; all are named, with their layers.
        CompilerMissing, BuildFailed: `engine` is `compiled`, and there is no compiler, or it fails.
    """
    if engine not in ENGINES:
        raise UsageError(f"There is no engine {engine!r}.{meant(str(engine), ENGINES)}", f"Engines: {', '.join(ENGINES)}.")
    name, raw, called = flatbuffer_of(model)
    with came_as(Way.TFLITE):
        names = names_of(raw)
        raw, ends = cut(raw)
        raw, _ = called_int8(raw)
        graph = with_names(reader.read(raw), called)
        compiled = compile_graph(graph, name, hashlib.sha256(raw).digest())
        runs = chosen(graph, compiled, engine, None if cache is None else Path(fspath(cache)))
    return Model(facts_of(name, names, raw, graph, compiled, ends), runs)


def facts_of(name: str, names: tuple[list[str], list[str]], raw: bytes, graph: Graph, compiled: Compiled, ends: tuple[str, ...]) -> Facts:
    """What is known of a model; `names` are those of its inputs and of its outputs."""
    inputs, outputs = (tuple(map(End.of, distinct(called), tensors)) for called, tensors in zip(names, (graph.inputs, graph.outputs), strict=True))
    state = sum(each.bytes for each in graph.variables)
    memory = Memory(compiled.memory.bytes, compiled.constant_bytes, state)
    return Facts(name, hashlib.sha256(raw).hexdigest(), inputs, outputs, places_of(graph), memory, graph.stateful, ends)


def names_of(raw: bytes) -> tuple[list[str], list[str]]:
    """What a flatbuffer calls its inputs and its outputs, before any of them is cut off."""
    parts = take_apart(raw)
    inputs, outputs = ([parts.names.get(index, pick(parts.tensors, index).name) for index in each] for each in (parts.inputs, parts.outputs))
    return inputs, outputs


def chosen(graph: Graph, compiled: Compiled, engine: str, cache: Path | None) -> Engine:
    """The engine that is asked for, or the first that is there."""
    if engine == "reference":
        return Reference(graph)
    try:
        return Native(graph, compiled, cache)
    except CompilerMissing:
        if engine == "compiled":
            raise
    except BuildFailed as failed:
        if engine == "compiled":
            raise
        warnings.warn(f"{failed.message} The reference interpreter runs the model, which is slower.", RuntimeWarning, stacklevel=3)
    return Reference(graph)
