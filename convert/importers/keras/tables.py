"""Functions of one number that TensorFlow Lite Micro computes in float32 alone, or not at all: each becomes a table of 256 codes.

TensorFlow's converter leaves such functions in float32, between a DEQUANTIZE and a QUANTIZE, or as operators that boards lack on int8. There are 256
codes, so that what becomes of each can be told beforehand: a QUANTIZE turns the code into the number of a row, and a GATHER looks it up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.quantization import dequantize_float32
from plumbline.convert.importers.flatbuffer.parse import OPERATORS, Parts, take_apart
from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.quantize.reference import QuantizeReference

Reals = NDArray[np.float32]
Function = Callable[[Any], Any]
"""Of float32 numbers, to as many."""
SIGN = "BUILTIN_158"
"""SIGN is among the newest operators, which the reader calls by their numbers."""
ONE: Mapping[str, Function] = {
    "ABS": np.abs,
    "CEIL": np.ceil,
    "COS": np.cos,
    "ELU": lambda x: np.where(x < 0, np.expm1(x), x),
    "EXP": np.exp,
    "FLOOR": np.floor,
    "LOG": np.log,
    "LOGISTIC": lambda x: 1 / (1 + np.exp(-x)),
    "NEG": np.negative,
    "RELU": lambda x: np.maximum(x, 0),
    "ROUND": np.rint,
    "RSQRT": lambda x: 1 / np.sqrt(x),
    SIGN: np.sign,
    "SIN": np.sin,
    "SQRT": np.sqrt,
    "SQUARE": np.square,
    "TANH": np.tanh,
}
"""Functions of one number, on float32."""
TWO: Mapping[str, Callable[[Any, Any], Any]] = {
    "ADD": np.add,
    "DIV": np.divide,
    "FLOOR_DIV": lambda x, y: np.floor(x / y),
    "FLOOR_MOD": np.mod,
    "MAXIMUM": np.maximum,
    "MINIMUM": np.minimum,
    "MUL": np.multiply,
    "POW": np.power,
    "SUB": np.subtract,
}
"""Of two, of which one is a constant."""
ON_INT8 = ("EXP", "LOG", "SQRT", "SQUARE", "SIN", "COS", "NEG", "POW", "FLOOR", "CEIL", "ROUND", "GELU", SIGN)
"""That TensorFlow Lite Micro does not compute on int8, in whatever form the converter leaves them."""
CODES = np.arange(-128, 128, dtype=np.int8)


@dataclass(frozen=True)
class Table:
    """What becomes of each code of `source` in `target`, lowest first."""

    source: Tensor
    target: Tensor
    rows: NDArray[np.int8]


def tabulated(raw: bytes) -> bytes:
    """The model with tables in place of such functions, or the same bytes where there are none."""
    parts = take_apart(raw)
    found = {number: table for number in range(len(parts.operators)) if (table := table_at(parts, number)) is not None}
    choices = {number for number, each in enumerate(parts.operators) if each.name == "SELECT" and len({of.shape for of in each.inputs if of}) == 1}
    return rewritten(raw, found, choices) if found or choices else raw


def table_at(parts: Parts, number: int) -> Table | None:
    """The table that an operator with a result of int8 can be, with all that lies in float32 before it; None where it is no such function."""
    operator = parts.operators[number]
    target = operator.outputs[0] if len(operator.outputs) == 1 else None
    if target is None or not of_codes(target):
        return None
    if operator.name in ON_INT8:
        source = run_time(operator)
        step = gelu(parts, number) if operator.name == "GELU" else applied(operator)
        return None if source is None or step is None or not of_codes(source) else table(source, target, [step])
    steps: list[Function] = []
    at = run_time(operator) if operator.name == "QUANTIZE" else None
    while at is not None and at.type == "FLOAT32":
        before = written(parts, at)
        if before is None:
            return None
        at = run_time(before)
        if before.name == "DEQUANTIZE":
            break
        step = applied(before)
        if step is None:
            return None
        steps.insert(0, step)
    return table(at, target, steps) if steps and at is not None and of_codes(at) and at.elements == target.elements else None


def table(source: Tensor, target: Tensor, steps: Sequence[Function]) -> Table:
    """The functions one after the other, on what each code stands for."""
    reals = dequantize_float32(CODES, source.quantized)
    with np.errstate(all="ignore"):  # a root of a number below 0 is the lowest code, as anything that is no number
        for step in steps:
            reals = np.asarray(step(reals), np.float32)
    return Table(source, target, QuantizeReference(len(CODES), target.quantized).answer(reals))


def applied(operator: Operator) -> Function | None:
    """What an operator makes of its only number that is computed; None where it is no function of one."""
    if operator.name in ONE and len(operator.inputs) == 1:
        return ONE[operator.name]
    if operator.name not in TWO or len(operator.inputs) != 2 or getattr(operator.options, "activation", "NONE") != "NONE":
        return None
    first, second = operator.inputs
    function = TWO[operator.name]
    if second is not None and single(second):
        right = number_of(second)
        return lambda x: function(x, right)
    if first is not None and single(first):
        left = number_of(first)
        return lambda x: function(left, x)
    return None


def gelu(parts: Parts, number: int) -> Function:
    """x times the share of a normal distribution below x, or nearly so, as the operator's option says (Hendrycks and Gimpel, section 2)."""
    options = parts.subgraph.tables(OPERATORS, len(parts.operators))[number].table(4)
    if options is not None and options.number(0, "?"):
        return lambda x: 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    return lambda x: 0.5 * x * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def single(tensor: Tensor) -> bool:
    """Whether it is a constant of one number."""
    known = tensor.type == "FLOAT32" or (tensor.type == "INT8" and tensor.quantization is not None)
    return known and tensor.data is not None and tensor.elements == 1


def number_of(tensor: Tensor) -> Reals:
    """What such a constant stands for."""
    values: NDArray[Any] = tensor.values().reshape(())
    return np.asarray(values if tensor.type == "FLOAT32" else dequantize_float32(values, tensor.quantized), np.float32)


def of_codes(tensor: Tensor) -> bool:
    """Whether it holds computed codes of int8 of one scale."""
    return tensor.type == "INT8" and tensor.computed and tensor.quantization is not None and not tensor.quantization.per_channel


def run_time(operator: Operator) -> Tensor | None:
    """The only tensor that an operator reads and that is no constant."""
    found = operator.run_time_inputs
    return found[0] if len(found) == 1 else None


def written(parts: Parts, tensor: Tensor) -> Operator | None:
    """The operator that writes a tensor."""
    return next((each for each in parts.operators if tensor in each.outputs), None)


def rewritten(raw: bytes, tables: Mapping[int, Table], choices: Collection[int]) -> bytes:
    """The flatbuffer with a QUANTIZE and a GATHER for each operator that `tables` names, without what nobody reads any more; `choices` get their
    newer name, the only one that boards know.
    """
    import flatbuffers
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(bytearray(raw), 0)
    graph = model.subgraphs[0]
    operators: list[Any] = []
    for number, operator in enumerate(graph.operators):
        if number in choices:
            operator.opcodeIndex = code_of(schema, model, "SELECT_V2")
            operator.builtinOptionsType, operator.builtinOptions = schema.BuiltinOptions.SelectV2Options, schema.SelectV2OptionsT()
        if number not in tables:
            operators.append(operator)
            continue
        each, quantize, gather = tables[number], code_of(schema, model, "QUANTIZE"), code_of(schema, model, "GATHER")
        zero, scale = each.source.quantized.zero_point + len(CODES) // 2, each.source.quantized.scale
        name = f"{each.target.name}/row"
        rows = added(schema, graph, name, schema.TensorType.INT32, each.source.shape, (scale, zero))
        model.buffers.append(schema.BufferT())
        model.buffers[-1].data = np.frombuffer(each.rows.tobytes(), np.uint8)
        held = each.target.quantized
        known = added(schema, graph, f"{each.target.name}/table", schema.TensorType.INT8, (len(CODES),), (held.scale, held.zero_point))
        graph.tensors[known].buffer = len(model.buffers) - 1
        operators += [made(schema, quantize, [each.source.index], rows), made(schema, gather, [known, rows], each.target.index)]
        operators[-1].builtinOptionsType, operators[-1].builtinOptions = schema.BuiltinOptions.GatherOptions, schema.GatherOptionsT()
    graph.operators = still_read(operators, graph.outputs)
    builder = flatbuffers.Builder(len(raw))
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def still_read(operators: Sequence[Any], outputs: Sequence[int]) -> list[Any]:
    """The operators without those whose results nobody reads; what writes nothing, or variables, stays."""
    kept: list[Any] = []
    needed = set(outputs)
    for each in reversed(operators):
        writes, reads = ([] if ends is None else list(ends) for ends in (each.outputs, each.inputs))
        if not writes or needed & set(writes):
            kept.insert(0, each)
            needed |= set(reads)
    return kept


def code_of(schema: Any, model: Any, name: str) -> int:
    """The place of an operator among the model's operator codes, where it is added if need be."""
    number = getattr(schema.BuiltinOperator, name)
    for place, code in enumerate(model.operatorCodes):
        if code.builtinCode == number:
            return place
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = number
    code.version = {"QUANTIZE": 2, "GATHER": 2, "SELECT_V2": 1}[name]
    model.operatorCodes.append(code)
    return len(model.operatorCodes) - 1


def added(schema: Any, graph: Any, name: str, kind: int, shape: Sequence[int], quantization: tuple[float, int]) -> int:
    """The index of a new tensor."""
    tensor = schema.TensorT()
    tensor.name, tensor.type, tensor.shape, tensor.buffer = name.encode(), kind, list(shape), 0
    tensor.quantization = schema.QuantizationParametersT()
    tensor.quantization.scale, tensor.quantization.zeroPoint = [quantization[0]], [quantization[1]]
    graph.tensors.append(tensor)
    return len(graph.tensors) - 1


def made(schema: Any, code: int, inputs: Sequence[int], output: int) -> Any:
    """A new operator."""
    operator = schema.OperatorT()
    operator.opcodeIndex, operator.inputs, operator.outputs = code, list(inputs), [output]
    return operator
