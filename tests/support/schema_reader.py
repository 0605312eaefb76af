"""A .tflite file as TensorFlow's own reader sees it."""

from __future__ import annotations

from typing import Any

import pytest

from plumbline.convert.model.graph import Graph


def schema_reader() -> Any:
    return pytest.importorskip(
        "tflite_micro.tensorflow.lite.micro.python.schema_py_generated", reason="the tflite-micro wheel exists for Linux on x86-64 only"
    )


def described(graph: Graph) -> list[Any]:
    """Everything of a graph that the schema's own reader can be asked for; of unused tensors and the quantization of an INT32 nothing is read."""
    tensors = [
        (t.name, t.type, t.shape, t.quantization.scales if t.quantization else (), t.quantization.zero_points if t.quantization else (), t.data)
        if t.used
        else t.name
        for t in graph.tensors
    ]
    operators = [(o.name, o.version, [-1 if t is None else t.index for t in o.inputs], [t.index for t in o.outputs]) for o in graph.operators]
    return [tensors, operators, graph.input.index, graph.output.index]


def described_by_schema(raw: bytes) -> list[Any]:
    """The same, through the code generated from the schema."""
    generated = schema_reader()
    model = generated.ModelT.InitFromObj(generated.Model.GetRootAsModel(bytearray(raw), 0))
    kinds = {number: name for name, number in vars(generated.TensorType).items() if isinstance(number, int)}
    names = {number: name for name, number in vars(generated.BuiltinOperator).items() if isinstance(number, int)}

    def values(array: Any) -> tuple[Any, ...]:
        return () if array is None else tuple(array.tolist() if hasattr(array, "tolist") else array)

    subgraph = model.subgraphs[0]
    used = {int(i) for o in subgraph.operators for i in (*o.inputs, *o.outputs)} | {*subgraph.inputs, *subgraph.outputs}
    tensors: list[Any] = []
    for number, t in enumerate(subgraph.tensors):
        if number not in used:
            tensors.append(t.name.decode())
            continue
        data = model.buffers[t.buffer].data
        q = t.quantization
        scales, zeros = (values(q.scale), values(q.zeroPoint)) if q is not None and kinds[t.type] != "INT32" else ((), ())
        tensors.append((t.name.decode(), kinds[t.type], values(t.shape), scales, zeros, None if data is None else bytes(bytearray(data)) or None))
    operators = []
    for o in subgraph.operators:
        code = model.operatorCodes[o.opcodeIndex]
        operators.append((names[max(code.builtinCode, code.deprecatedBuiltinCode)], code.version, list(o.inputs), list(o.outputs)))
    return [tensors, operators, subgraph.inputs[0], subgraph.outputs[0]]
