"""Which engines run a model: the compiler's, where it takes every operator, and TensorFlow Lite Micro's, where its library has all of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from plumbline.common.board_description import Board
from plumbline.common.errors import DoesNotFit, ModelRefused, PlumblineError, UnsupportedOperator
from plumbline.convert.codegen.emit import LARGEST, Compiled, compile_graph
from plumbline.convert.engine_support import check_engine
from plumbline.convert.importers.flatbuffer import reader
from plumbline.convert.importers.wheel import ask_apart
from plumbline.convert.model.flatbuffer_view import DAMAGED
from plumbline.convert.model.graph import Graph
from plumbline.convert.operators.shared.control.reference import ENDLESS
from plumbline.convert.references import tflm
from plumbline.convert.references.input_pool import edges


@dataclass(frozen=True)
class Runs:
    """How a model runs on a board."""

    name: str
    """Of its folder in build/."""
    compiled: Compiled | None
    """None where TensorFlow Lite Micro's engine alone runs it."""
    engines: tuple[str, ...]
    """By the names of the firmware's engines; TensorFlow Lite Micro as its main branch is."""
    lacking: tuple[str, ...] = ()
    """What the compiler refuses, in lines, where it does."""


def compiled_alone(name: str, raw: bytes, graph: Graph, board: Board | None = None) -> Runs:
    """Compile a flatbuffer, which `graph` was read from, under the name of its folder in build/.

    Raises:
        UnsupportedOperator, ModelRefused: the model cannot be compiled, or its numbers do not pass the line.
        DoesNotFit: it needs more than `board` has, or than LARGEST; the firmware around it needs memory too, which the linker checks.
    """
    reader.check_scales(graph)
    compiled = compile_graph(graph, name, hashlib.sha256(raw).digest())
    if board is not None:
        board.check_holds(constants=compiled.constant_bytes, memory=compiled.memory.bytes)
    for what, needed in (("working memory", compiled.memory.bytes), ("constants", compiled.constant_bytes)):
        if needed > LARGEST:
            raise DoesNotFit(f"The model needs {needed:,} bytes for its {what}, at most {LARGEST:,} are compiled.", "Use a smaller model.")
    return Runs(name, compiled, ("compiled", *(["tflm"] if refusal_of(graph, "tflm") is None else [])))


def runs_of(name: str, raw: bytes, graph: Graph, board: Board | None = None) -> Runs:
    """How a model of somebody's own runs: compiled, or where the compiler refuses it and the wheel runs it, by TensorFlow Lite Micro alone.

    Raises:
        UnsupportedOperator, ModelRefused: no engine runs the model, or its numbers do not pass the line.
        DoesNotFit: see `compiled_alone`.
    """
    reader.check_scales(graph)
    try:
        return compiled_alone(name, raw, graph, board)
    except (UnsupportedOperator, ModelRefused) as refused:
        if DAMAGED in refused.message or ENDLESS in refused.message or refusal_of(graph, "tflm") is not None:
            raise
        if not tflm.available():
            hint = "TensorFlow Lite Micro has what it takes, but only its wheel could tell what it must answer: there is none for this computer."
            raise type(refused)(refused.message, f"{refused.hint} {hint}") from refused
        try:
            ask_apart(raw, edges(graph.inputs).codes)
        except ModelRefused as also:
            raise refused from also
        reasons = refused.message.splitlines()
        return Runs(name, None, ("tflm",), tuple(reasons[1:] or reasons))  # the first of several lines says that no board can run it


def refusal_of(graph: Graph, engine: str) -> PlumblineError | None:
    """Why an engine cannot run a model; None where it can."""
    try:
        check_engine(graph, engine)
    except (UnsupportedOperator, ModelRefused) as refused:
        return refused
    return None
