"""NAME_test.c: a self-test on the target, with golden inputs, outputs, and what every layer answers.

What it expects of the outputs is the golden data's; what it expects of the layers, and of nothing else, is the integer model's
(`references.reference_interpreter`). None of it comes from the C that it tests.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import ArtefactsDisagree
from plumbline.convert.codegen.sharing import part
from plumbline.convert.codegen.templating import environment
from plumbline.convert.export.exported import ExportedModel
from plumbline.convert.export.few_rows import FewRows, few_rows
from plumbline.convert.model.graph import Graph, Tensor, taken_apart
from plumbline.convert.references.reference_interpreter import Model

HASHES, FULL = "hashes", "full"
"""What is stored of a layer's answers: a hash of each, or all of them, so that the element that differs is told."""
PARTS = ("run", "codes", "hashes")
"""Functions that the tests of several models share, by their templates."""
LARGEST_IN_FULL = 256
"""Bytes of a row of outputs that are stored as they are; of larger ones a hash is, where layers are hashes too."""
BASIS, PRIME = 2166136261, 16777619
"""Of the 32-bit FNV-1a."""
LONGEST_NAME = 40
SIGNS = {"UINT8": "u", "BOOL": "t", "FLOAT32": "f"}
"""What the test has to know of a type besides its size; others are signed integers, i."""


@dataclass(frozen=True)
class Compared:
    """A tensor that the test compares in every row."""

    name: str
    """What its lines call it."""
    tensor: Tensor
    expected: NDArray[np.int8]
    """(N, bytes): of wide values the lowest byte first."""
    at: int = 0
    """Where it lies in the memory."""
    layer: int = -1
    """Of a layer: its operator's place in the graph."""

    @property
    def kind(self) -> str:
        return SIGNS.get(self.tensor.type, "i")

    @property
    def size(self) -> int:
        """Bytes of one value."""
        return self.tensor.dtype.itemsize

    @property
    def hashes(self) -> list[str]:
        """Of each row, as C."""
        return [f"0x{each:08x}u" for each in hashed(self.expected)]


@dataclass(frozen=True)
class SelfTest:
    """What a self-test holds."""

    inputs: int | None = None
    """How many, see `few_rows`."""
    layers: str = HASHES
    """HASHES or FULL."""


A_FEW = SelfTest()


def with_test(model: ExportedModel, wanted: SelfTest = A_FEW) -> ExportedModel:
    """The model with its self-test.

    Raises:
        ArtefactsDisagree: its golden data holds no input.
        UnsupportedOperator, ModelRefused: see `reference_interpreter.Model`.
    """
    if not len(model.references.codes):
        raise ArtefactsDisagree(f"The golden data of {model.manifest.recipe} holds no input to test with.", "Convert the model anew.")
    graph, few = model.graph, few_rows(model.graph, model.references, wanted.inputs)
    given, places, repeated = stored(graph, few.codes)
    outputs, inside = outputs_of(model, few), inside_of(model, few)
    full = wanted.layers == FULL
    in_full = full or graph.output_bytes <= LARGEST_IN_FULL
    context = {
        "name": model.name,
        "few": few,
        "starts": np.zeros(len(few.codes), bool) if few.starts is None else few.starts,
        "inputs": model.inputs,
        "outputs": list(zip(model.outputs, outputs, strict=True)),
        "inside": inside,
        "hashes": list(zip(*(each.hashes for each in inside), strict=True)),
        "full": full,
        "outputs_in_full": in_full,
        "given": given,
        "places": places,
        "repeated": repeated,
        "wide": any(each.dtype.itemsize > 1 for each in (*graph.inputs, *graph.outputs, *(each.tensor for each in inside))),
        "inner": any(operator.graphs for operator in graph.operators),
        "memory_bytes": model.compiled.memory.bytes,
        "row_bytes": graph.output_bytes,
        "layer_bytes": sum(each.expected.shape[1] for each in inside),
        "parts": {
            name: part(f"test_{name}", environment().get_template(f"self_test_{name}.c.j2").render(basis=BASIS, prime=PRIME)) for name in PARTS
        },
    }
    return replace(model, test=environment().get_template("self_test.c.j2").render(**context))


def stored(graph: Graph, codes: NDArray[np.int8]) -> tuple[NDArray[np.int8], list[int], list[bool]]:
    """Inputs as the test stores them: the bytes (B,) of all rows, where each row begins, and whether it is one value of each tensor, repeated."""
    parts: list[NDArray[np.int8]] = []
    places: list[int] = []
    repeated: list[bool] = []
    for row in codes:
        tensors = taken_apart(row[np.newaxis], graph.inputs)
        bytes_of = [each[0].view(np.int8).reshape(-1, each.dtype.itemsize) for each in tensors]
        repeated.append(all(bool((each == each[0]).all()) for each in bytes_of))
        places.append(sum(map(len, parts)))
        parts.append(np.concatenate([each[0] for each in bytes_of]) if repeated[-1] else row)
    return np.concatenate(parts), places, repeated


def outputs_of(model: ExportedModel, few: FewRows) -> list[Compared]:
    """The outputs with what each has to be."""
    parts = [as_bytes(values, end.tensor) for end, values in zip(model.outputs, taken_apart(few.expected, model.graph.outputs), strict=True)]
    names = [f"output {end.told[:LONGEST_NAME]}" if end.suffix else "output" for end in model.outputs]
    return [Compared(name, end.tensor, part) for name, end, part in zip(names, model.outputs, parts, strict=True)]


def inside_of(model: ExportedModel, few: FewRows) -> list[Compared]:
    """What the layers write, with what each has to be, in the order in which they run; of IF and WHILE what they write at last."""
    values = Model(model.graph).values(few.codes, few.starts)
    offsets, found = model.compiled.memory.offsets, []
    for number, (operator, layer) in enumerate(zip(model.graph.operators, model.compiled.layers, strict=True)):
        for place, tensor in enumerate(operator.results):
            if tensor.index in offsets:
                name = f"layer {number} {layer[:LONGEST_NAME]}" + (f" output {place}" if len(operator.results) > 1 else "")
                found.append(Compared(name, tensor, as_bytes(values[tensor.index], tensor), offsets[tensor.index], number))
    return found


def as_bytes(values: NDArray[Any], tensor: Tensor) -> NDArray[np.int8]:
    """Values (N, elements) as rows (N, bytes)."""
    return np.ascontiguousarray(values, tensor.dtype).view(np.int8).reshape(len(values), -1)


def hashed(rows: NDArray[np.int8]) -> list[int]:
    """The 32-bit FNV-1a of each row (N, bytes)."""
    found = np.full(len(rows), BASIS, np.uint64)
    for column in rows.view(np.uint8).T:
        found = (found ^ column) * np.uint64(PRIME) & np.uint64(0xFFFFFFFF)
    return [int(each) for each in found]
