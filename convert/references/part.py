"""A few operators of a model as a model of their own: what they answer, their C, and their .tflite file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.model.flatbuffer_writer import Block, Numbers, Written, flatbuffer
from plumbline.convert.model.graph import Graph, Operator, Quantization, Tensor, put_together
from plumbline.convert.model.schema import BUILTIN_OPERATORS, PLACEHOLDER_FOR_GREATER_OP_CODES, TENSOR_TYPES
from plumbline.convert.operators import registered
from plumbline.convert.operators.options import CODES, places
from plumbline.convert.references.reference_interpreter import Model

Values = NDArray[Any]
_WEIGHTED = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV")
"""Operators whose bias has the scale of input times weights, which some kernels check."""


@dataclass(frozen=True)
class PartC:
    """A part as C99 without libraries."""

    source: str
    """Header and source in one."""
    memory_bytes: int
    inputs: tuple[int, ...]
    """Where the inputs lie in the memory, in bytes."""
    outputs: tuple[int, ...]
    invoke: str
    """The function that runs it on the memory."""


def part(graph: Graph, first: int, last: int) -> Graph | None:
    """The operators from number `first` to number `last`, both included, as a model: inputs are what they take from others or from outside.

    Returns:
        None where they keep something from one inference to the next, or run graphs of their own: no such part stands alone.
    """
    operators = graph.operators[first : last + 1]
    if any(operator.variables or operator.graphs for operator in operators):
        return None
    written = {tensor.index for operator in operators for tensor in operator.results}
    later = {tensor.index for operator in graph.operators[last + 1 :] for tensor in operator.run_time_inputs} | {each.index for each in graph.outputs}
    inputs = {tensor.index: tensor for operator in operators for tensor in operator.run_time_inputs if tensor.index not in written}
    outputs = [tensor for operator in operators for tensor in operator.results if tensor.index in later or operator is operators[-1]]
    return Graph(graph.tensors, operators, tuple(inputs.values()), tuple(outputs), graph.names)


def answers(graph: Graph, given: Mapping[int, Values]) -> dict[int, Values]:
    """What every operator of a part gives, by the tensors' index.

    Args:
        graph: the part.
        given: values (N, elements) of its inputs, by their index.
    """
    return Model(graph).values(put_together((given[each.index] for each in graph.inputs), graph.inputs))


def as_c(graph: Graph, name: str) -> PartC:
    """A part as C; raises UnsupportedOperator for what the compiler does not take."""
    compiled = compile_graph(graph, name, hashlib.sha256(name.encode()).digest())
    found = re.search(r"^void (\w*invoke)\(", compiled.header, re.MULTILINE)
    assert found is not None
    own = re.compile(r'^#include "\w+\.h"\n', re.MULTILINE)
    offsets = compiled.memory.offsets
    inputs, outputs = (tuple(offsets[each.index] for each in ends) for ends in (graph.inputs, graph.outputs))
    return PartC(compiled.header + own.sub("", compiled.source), compiled.memory.bytes, inputs, outputs, found[1])


def as_tflite(graph: Graph) -> bytes | None:
    """A part as a .tflite file with nothing else of the model in it; None of one with custom operators, whose options nobody here writes."""
    if any(operator.name not in BUILTIN_OPERATORS for operator in graph.operators):
        return None
    used = {each.index: each for operator in graph.operators for each in (*operator.inputs, *operator.outputs) if each is not None}
    used |= {each.index: each for each in (*graph.inputs, *graph.outputs)}
    numbers = {index: number for number, index in enumerate(used)}
    biases = {each.index: each for operator in graph.operators if (each := _bias(operator)) is not None}
    buffers = [Written({})]
    tensors = [_tensor(biases.get(index, each), buffers) for index, each in used.items()]
    codes = list(dict.fromkeys((BUILTIN_OPERATORS.index(each.name), each.version) for each in graph.operators))
    operators = [_operator(each, codes, numbers) for each in graph.operators]
    ends = [Numbers("i", [numbers[each.index] for each in listed]) for listed in (graph.inputs, graph.outputs)]
    known = [
        Written({0: ("b", min(code, PLACEHOLDER_FOR_GREATER_OP_CODES)), 2: ("i", version), 3: ("i", code)})  # the first is for old readers
        for code, version in codes
    ]
    subgraph = Written({0: tensors, 1: ends[0], 2: ends[1], 3: operators})
    return flatbuffer(Written({0: ("I", 3), 1: known, 2: [subgraph], 4: buffers}), b"TFL3")


def _bias(operator: Operator) -> Tensor | None:
    """The bias of a layer with weights, with the scales that its sums have."""
    source, bias = (2, 3) if operator.name == "TRANSPOSE_CONV" else (0, 2)
    if operator.name not in _WEIGHTED or len(operator.inputs) <= bias:
        return None
    taken, weights, found = operator.inputs[source], operator.inputs[1], operator.inputs[bias]
    if found is None or found.data is None or taken is None or taken.scale is None or weights is None or weights.quantization is None:
        return None
    scales = tuple(float(np.float32(taken.scale * each)) for each in weights.quantization.scales)
    return replace(found, quantization=Quantization(scales, (0,) * len(scales), 0))


def _tensor(tensor: Tensor, buffers: list[Written]) -> Written:
    """A tensor's table; the buffer of a constant is added to `buffers`."""
    buffer = 0
    if tensor.data is not None:
        buffer = len(buffers)
        buffers.append(Written({0: Block(tensor.data)}))
    quantization = None
    if tensor.quantization is not None:
        scales, zeros = Numbers("f", tensor.quantization.scales), Numbers("q", tensor.quantization.zero_points)
        quantization = Written({2: scales, 3: zeros, 6: ("i", tensor.quantization.axis)})
    shape, kind = Numbers("i", tensor.shape), ("b", TENSOR_TYPES.index(tensor.type))
    return Written({0: shape, 1: kind, 2: ("I", buffer), 3: tensor.name, 4: quantization, 5: ("?", True) if tensor.state else None})


def _operator(operator: Operator, codes: list[tuple[int, int]], numbers: Mapping[int, int]) -> Written:
    """An operator's table."""
    inputs, outputs = ([-1 if each is None else numbers[each.index] for each in ends] for ends in (operator.inputs, operator.outputs))
    number = codes.index((BUILTIN_OPERATORS.index(operator.name), operator.version))
    kind, options = registered()[operator.name].options_number, None
    if operator.options is not None and kind:
        fields: dict[int, Any] = {}
        for name, place in places(type(operator.options)).items():
            value = getattr(operator.options, name)
            if place.kind == "Int32s":
                fields[place.fields[0]] = Numbers("i", value)
            elif place.kind == "String":
                fields[place.fields[0]] = value
            else:
                values = value if isinstance(value, tuple) else (place.names.index(value) if place.names else value,)
                code = "f" if place.kind == "Float32" else CODES[place.kind]
                fields |= {field: (code, each) for field, each in zip(place.fields, values, strict=True)}
        options = Written(fields)
    known: dict[int, Any] = {3: ("B", kind), 4: options} if options is not None else {}
    return Written({0: ("I", number), 1: Numbers("i", inputs), 2: Numbers("i", outputs), **known})
