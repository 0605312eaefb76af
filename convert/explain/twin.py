"""The float32 flatbuffer of the model that was quantized: which of its tensors is which int8 tensor, and its operators behind any layer, to be run
from values that the int8 model has reached there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import ModelRefused
from plumbline.convert.importers.flatbuffer.parse import INPUTS, OPERATORS, take_apart
from plumbline.convert.importers.flatbuffer.strip_float_io import remove, vector
from plumbline.convert.model.flatbuffer_view import Table
from plumbline.convert.model.graph import Graph, Operator, Tensor
from plumbline.convert.references.tflm import captured_stderr

Reals = NDArray[np.float32]
RESCALING = ("QUANTIZE", "DEQUANTIZE")
"""Operators that only an int8 model has: the real value is meant to stay."""


@dataclass(frozen=True)
class Twin:
    """A float32 model and what of it corresponds to an int8 graph."""

    raw: bytes
    subgraph: Table
    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    output: int
    """Index of the float output."""
    partners: Mapping[int, int]
    """Index of an int8 tensor to that of the float32 tensor which it is the quantized form of."""

    def tail(self, known: Iterable[int]) -> Tail:
        """What is left to compute of the output when the int8 tensors `known`, in the order they were computed, have their values.

        Raises:
            ModelRefused: LiteRT does not run these operators.
        """
        sources = {self.partners[index]: index for index in known if index in self.partners}  # the latest of two forms wins
        writers = {tensor.index: number for number, operator in enumerate(self.operators) for tensor in operator.outputs}
        needed: set[int] = set()
        fed: list[int] = []
        pending = [self.output]
        while pending:
            index = pending.pop()
            if index in sources:
                fed += [index] if index not in fed else []
            elif index in writers and writers[index] not in needed:
                needed.add(writers[index])
                pending += [tensor.index for tensor in self.operators[writers[index]].inputs if tensor is not None and tensor.computed]
        raw = shortened(self.raw, self.subgraph, fed, [number for number in range(len(self.operators)) if number not in needed])
        computed = frozenset(tensor.index for number in needed for tensor in self.operators[number].outputs)
        return Tail(raw, self.tensors, {index: sources[index] for index in fed}, computed)


class Tail:
    """Some operators of a float32 model, loaded into LiteRT.

    Args:
        raw: a flatbuffer of these operators alone.
        tensors: of the whole model.
        sources: index of each float32 tensor that has to be given, to that of its int8 tensor.
        computed: indices of the float32 tensors that `run` computes.
    """

    def __init__(self, raw: bytes, tensors: tuple[Tensor, ...], sources: Mapping[int, int], computed: frozenset[int]) -> None:
        self.tensors, self.sources, self.computed = tensors, sources, computed
        self.recurrent = any(tensor.state for tensor in tensors)
        with captured_stderr():  # it announces its delegates there
            from ai_edge_litert.interpreter import Interpreter, OpResolverType

            resolver = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
            try:
                self.interpreter = Interpreter(
                    model_content=raw, experimental_op_resolver_type=resolver, experimental_preserve_all_tensors=True, num_threads=1
                )
                self.interpreter.allocate_tensors()
            except (RuntimeError, ValueError) as error:
                raise ModelRefused(f"LiteRT cannot load the float model: {str(error).splitlines()[0]}.", "See which operator it names.") from error

    def run(self, values: Mapping[int, Reals], wanted: Sequence[int]) -> list[Reals]:
        """Compute from given values.

        Args:
            values: for the index of each int8 tensor in `sources` what it stands for, (N, elements).
            wanted: indices of float32 tensors among `sources` and `computed`.

        Returns:
            Their values, (N, elements) each.
        """
        given = {index: values[source].reshape(-1, *self.tensors[index].shape) for index, source in self.sources.items()}
        count = len(next(iter(given.values())))
        found = [np.empty((count, self.tensors[index].elements), np.float32) for index in wanted]
        for row in range(count):
            if self.recurrent:
                self.interpreter.reset_all_variables()
            for index, value in given.items():
                self.interpreter.set_tensor(index, value[row])
            self.interpreter.invoke()
            for index, into in zip(wanted, found, strict=True):
                into[row] = self.interpreter.get_tensor(index).ravel()
        return found


def pair(graph: Graph, raw: bytes) -> Twin:
    """Find the float32 tensor that each int8 tensor is the quantized form of.

    TensorFlow's converter names both after the same place in the model. What names do not tell, the structure does: an operator that only
    changes the scale keeps its partner, and one whose inputs all have partners is the float operator of the same kind that reads those.

    Args:
        graph: the int8 model.
        raw: the float32 flatbuffer converted from the same model.

    Raises:
        ModelRefused: it cannot be read, or has other ends.
    """
    parts = take_apart(raw)
    tensors, operators, first, last = parts.tensors, parts.operators, parts.inputs, parts.outputs
    if len(first) != 1 or len(last) != 1 or tensors[first[0]].shape != graph.input.shape or tensors[last[0]].shape != graph.output.shape:
        raise ModelRefused("The float model has other inputs or outputs than the int8 model.", "Convert the model anew.")
    partners = {graph.input.index: first[0]}
    written = {(operator.name, tensor.name, tensor.shape): tensor.index for operator in operators for tensor in operator.outputs}
    for operator in graph.operators:
        reads = [tensor.index for tensor in operator.inputs if tensor is not None and tensor.computed]
        if operator.name in RESCALING and reads[0] in partners:
            partners[operator.outputs[0].index] = partners[reads[0]]
            continue
        named = [written.get((operator.name, tensor.name, tensor.shape)) for tensor in operator.outputs]
        if None in named and all(index in partners for index in reads):
            named = alike(operator, [partners[index] for index in reads], operators, set(partners.values())) or named
        partners |= {tensor.index: index for tensor, index in zip(operator.outputs, named, strict=True) if index is not None}
    partners[graph.output.index] = last[0]
    return Twin(raw, parts.subgraph, tensors, operators, last[0], partners)


def alike(operator: Operator, reads: list[int], operators: tuple[Operator, ...], taken: set[int]) -> list[int | None] | None:
    """The outputs of the only float operator of this kind that reads the same tensors and writes the same shapes; None without one."""
    found = [
        each
        for each in operators
        if each.name == operator.name
        and [tensor.index for tensor in each.inputs if tensor is not None and tensor.computed] == reads
        and [tensor.shape for tensor in each.outputs] == [tensor.shape for tensor in operator.outputs]
        and not any(tensor.index in taken for tensor in each.outputs)
    ]
    return [tensor.index for tensor in found[0].outputs] if len(found) == 1 else None


def shortened(raw: bytes, subgraph: Table, inputs: list[int], gone: list[int]) -> bytes:
    """The flatbuffer with other inputs, and without the operators of the numbers `gone`; everything else keeps its bytes."""
    changed = bytearray(raw)
    remove(changed, vector(subgraph, OPERATORS), gone)
    place = subgraph.place(INPUTS)
    assert place is not None
    changed += bytes(-len(changed) % 4)
    struct.pack_into("<I", changed, place, len(changed) - place)
    changed += struct.pack(f"<{len(inputs) + 1}i", len(inputs), *inputs)
    return bytes(changed)
