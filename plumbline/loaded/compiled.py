"""The generated C as an engine: a shared library around it answers whole batches, and leaves what each layer answered where somebody asks."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import ModelRefused
from plumbline.convert.codegen.emit import Compiled
from plumbline.convert.codegen.templating import environment
from plumbline.convert.model.graph import Graph, Tensor
from plumbline.convert.operators import named
from plumbline.convert.operators.macs import multiply_accumulates
from plumbline.convert.operators.registration import may_end
from plumbline.convert.operators.shared.control.reference import ENDLESS
from plumbline.loaded.engine import Reference, Rows
from plumbline.loaded.shared_library import built

HERE = Path(__file__).parent
SOURCE, HEADER, DRIVER = "plumbline_compiled.c", "plumbline_compiled.h", "driver.c"
NATIVE = HERE / "native"
"""Helper functions of the generated C as a computer's processor runs them fastest, by the names of their templates."""
PROBE = "#define PLUMBLINE_PROBE(done) ((void)0)"
WORK = 1 << 31
"""Multiply-accumulates of a model's rows that are answered before Python looks for Ctrl-C again."""
ALONE = 1 << 24
"""Multiply-accumulates of a batch that are not worth a second processor."""
SEEN = 1 << 26
"""Bytes of what all layers wrote that are kept at once, where few of them are asked for."""
TURNS = 1 << 24
"""Of the loops of an inference, after which it is taken for one that never ends."""
Addresses = tuple[int, int, int | None]
"""Where rows, answers and what operators write begin; None where nobody asks for the last."""
ALIGNMENT = 64
"""Of the memory; as many bytes lie behind it, which native kernels may read."""


class Native:
    """An instance of a compiled model: a library, which instances share, and a memory of its own.

    Args:
        graph: the model.
        compiled: made from it.
        folder: where libraries are kept; None for the user's cache.

    Raises:
        CompilerMissing, BuildFailed: see `shared_library.built`.
    """

    def __init__(self, graph: Graph, compiled: Compiled, folder: Path | None = None) -> None:
        self._graph, self._compiled, self._stateful, self._folder = graph, compiled, graph.stateful, folder
        self._asked, self._answer = graph.input_bytes, graph.output_bytes
        self._written = sum(each.bytes for operator in graph.operators for each in operator.results)
        self._library, self._compiler = built(sources(graph, compiled), DRIVER, folder)
        self._library.plumbline_run.argtypes, self._library.plumbline_run.restype = [*[ctypes.c_void_p] * 4, ctypes.c_size_t], ctypes.c_size_t
        self._library.plumbline_reset.argtypes, self._library.plumbline_reset.restype = [ctypes.c_void_p], None
        work = sum(multiply_accumulates(each) or each.outputs[0].elements for each in graph.with_inner if each.outputs)
        self._work = max(work, 1000)
        self._together = max(1, WORK // self._work)
        self._begin(self._new_memory())
        self.reset()

    def _begin(self, memory: NDArray[np.int8]) -> None:
        """What an instance does not share with others."""
        self._memory, self._address = memory, memory.ctypes.data
        self._lock, self._threads = threading.Lock(), threading.local()

    @property
    def title(self) -> str:
        return f"generated C, compiled by {self._compiler}"

    def run(self, rows: Rows) -> Rows:
        return self._answered(rows, None)

    def layers(self, rows: Rows, tensors: Sequence[Tensor]) -> list[NDArray[Any]]:
        if not shows_layers(self._graph):
            return self._layers_by_reference(rows, tensors)
        written = [each for operator in self._graph.operators for each in operator.results]
        ends = np.cumsum([each.bytes for each in written])
        places = {each.index: slice(int(end) - each.bytes, int(end)) for each, end in zip(written, ends, strict=True)}
        results = [np.empty((len(rows), each.elements), each.dtype) for each in tensors]
        size = max(1, SEEN // max(1, self._written))
        for at in range(0, len(rows), size):
            part = rows[at : at + size]
            seen = np.empty((len(part), self._written), np.int8)
            self._answered(part, seen)
            for result, tensor in zip(results, tensors, strict=True):
                result[at : at + size] = np.ascontiguousarray(seen[:, places[tensor.index]]).view(tensor.dtype)
        return results

    def _answered(self, rows: Rows, layers: Rows | None) -> Rows:
        """Answer rows; `layers` receives what the operators write, (N, bytes of all that they write)."""
        count = len(rows)
        given, answers = np.ascontiguousarray(rows), np.empty((count, self._answer), np.int8)
        places = given.ctypes.data, answers.ctypes.data, None if layers is None else layers.ctypes.data
        if self._stateful:
            with self._lock:
                for at in range(0, count, self._together):
                    self._part(self._address, places, at, min(self._together, count - at))
        elif count == 1 or count * self._work <= ALONE:
            self._part(self._own_address(), places, 0, count)
        else:
            self._side_by_side(places, count)
        return answers

    def _side_by_side(self, places: Addresses, count: int) -> None:
        """Answer so many rows on every processor; Ctrl-C ends it with the parts that have begun."""
        size = min(self._together, -(-count // processors()))
        pool = ThreadPoolExecutor(processors())
        try:
            parts = [pool.submit(lambda at: self._part(self._own_address(), places, at, min(size, count - at)), at) for at in range(0, count, size)]
            for part in parts:
                part.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _part(self, memory: int, places: Addresses, at: int, count: int) -> None:
        """Answer `count` rows from number `at` on.

        Raises:
            ModelRefused: a loop of the model does not end.
        """
        given, answers, layers = places
        shown = None if layers is None else layers + at * self._written
        left = self._library.plumbline_run(memory, given + at * self._asked, answers + at * self._answer, shown, count)
        if left:
            raise ModelRefused(
                f"A loop of the model {ENDLESS}, or not within {TURNS:,} turns, for row {at + count - left}.", "A board would hang in it as well."
            )

    def _own_address(self) -> int:
        """Where the thread's memory lies, for a model without a state."""
        if not hasattr(self._threads, "memory"):
            self._threads.memory = self._new_memory()
            self._threads.address = self._threads.memory.ctypes.data
        return int(self._threads.address)

    def _layers_by_reference(self, rows: Rows, tensors: Sequence[Tensor]) -> list[NDArray[Any]]:
        """What the reference interpreter's layers answer from the same state on; the model in C takes the same steps."""
        reference = self._reference.copy()
        if self._stateful:
            reference.start_from({index: self._value(self._graph.tensors[index]) for index in reference.kept})
        self._answered(rows, None)
        return reference.layers(rows, tensors)

    @cached_property
    def _reference(self) -> Reference:
        return Reference(self._graph)

    def _value(self, tensor: Tensor) -> NDArray[Any]:
        """What a tensor in the memory is now, (1, elements)."""
        at = self._compiled.memory.offsets[tensor.index]
        return self._memory[at : at + tensor.bytes].copy().view(tensor.dtype).reshape(1, -1)

    def _new_memory(self) -> NDArray[np.int8]:
        block = np.zeros(self._compiled.memory.bytes + 2 * ALIGNMENT, np.int8)
        start = -block.ctypes.data % ALIGNMENT
        return block[start : start + self._compiled.memory.bytes]

    def reset(self) -> None:
        with self._lock:
            self._library.plumbline_reset(self._address)

    def __reduce__(self) -> tuple[Any, ...]:
        with self._lock:
            return restored, (self._graph, self._compiled, self._folder, self._memory.copy())

    def copy(self) -> Native:
        other = Native.__new__(Native)
        memory = self._new_memory()
        with self._lock:
            memory[:] = self._memory
        other.__dict__.update(self.__dict__)
        other._begin(memory)
        return other


def restored(graph: Graph, compiled: Compiled, folder: Path | None, memory: NDArray[np.int8]) -> Native:
    """An instance as another process has it."""
    result = Native(graph, compiled, folder)
    result._memory[:] = memory
    return result


def processors() -> int:
    """How many of the computer's processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def shows_layers(graph: Graph) -> bool:
    """Whether every operator runs in each inference, so that what it wrote can be looked at behind it."""
    for operator in graph.operators:
        registration = named(operator.name)
        if operator.graphs or registration is None or (registration.remembers and may_end(registration.check(operator))):
            return False
    return bool(graph.operators)


def sources(graph: Graph, compiled: Compiled) -> dict[str, str]:
    """The files that the library is compiled from, by their names."""
    offsets = compiled.memory.offsets
    shown = [(number, each) for number, operator in enumerate(graph.operators) for each in operator.results] if shows_layers(graph) else []
    context = {
        "inputs": [(offsets[each.index], each.bytes) for each in graph.inputs],
        "outputs": [(offsets[each.index], each.bytes) for each in graph.outputs],
        "layers": [(number, offsets[each.index], each.bytes) for number, each in shown],
        "turns": TURNS,
        "resets": "plumbline_compiled_reset(" in compiled.header,
        "source": SOURCE,
    }
    driver = environment().from_string((HERE / "driver.c.j2").read_text()).render(**context)
    return {SOURCE: natively(compiled), HEADER: compiled.header, DRIVER: driver} | {each.name: each.read_text() for each in NATIVE.glob("*.h")}


def natively(compiled: Compiled) -> str:
    """The generated C with those of its helper functions that this computer has faster: they compute the same."""
    source = compiled.source.replace(PROBE, "#define PLUMBLINE_PROBE(done) plumbline_show(memory, done)")
    source = source.replace("for (;;) {", "for (;;) { PLUMBLINE_TURN();")
    for helper in compiled.helpers:
        native = NATIVE / f"{helper}.c"
        if native.is_file():
            once = f"PLUMBLINE_NATIVE_{helper.upper()}"
            text = f"#ifndef {once}\n#define {once}\n{native.read_text()}#endif\n"
            source = source.replace(environment().get_template(f"{helper}.c.j2").render(), text)
    return source
