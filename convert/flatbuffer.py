"""Reads .tflite bytes into a Graph, trusting nothing: every offset, index, shape and size is checked. No TensorFlow needed."""

from __future__ import annotations

import math

from common.errors import ModelRefused
from convert.graph import NUMPY_TYPES, Graph, Operator, Quantization, Tensor
from convert.read_options import read_options
from convert.schema import BUILTIN_OPERATORS, CUSTOM, PLACEHOLDER_FOR_GREATER_OP_CODES, TENSOR_TYPES
from convert.tables import Bytes, Table, damaged

IDENTIFIER = b"TFL3"
SCHEMA_VERSION = 3
LARGEST = 2**31 - 1
"""Elements of a tensor and dimensions stay below what an int32 holds, as in TensorFlow Lite Micro."""

LARGEST_RANK = 8
LARGEST_FAN = 256
"""Inputs or outputs of one operator; the widest real one, a concatenation, stays far below."""

INPUTS, OUTPUTS, OPERATORS = 1, 2, 3
"""Fields of a subgraph."""

RECURRENT = ("UNIDIRECTIONAL_SEQUENCE_LSTM",)
INT8_HINT = "Plumbline runs fully quantized int8 models: convert with int8 input and output and a calibration set."


def read(raw: bytes) -> Graph:
    """Read a model.

    Args:
        raw: the whole file.

    Raises:
        ModelRefused: it is no flatbuffer, damaged, of another schema version, not static in shape, or not int8 at input and output.
    """
    subgraph, tensors, operators = parts(raw)
    ends = [only(tensors, subgraph.integers(field, "i"), what) for field, what in ((INPUTS, "inputs"), (OUTPUTS, "outputs"))]
    check_order(ends[0], operators, ends[1])
    check_states(operators)
    return Graph(tensors, operators, *ends)


def parts(raw: bytes) -> tuple[Table, tuple[Tensor, ...], tuple[Operator, ...]]:
    """The table of the model's only subgraph, its tensors and its operators, whatever its ends are.

    Raises:
        ModelRefused: as `read`, but for the ends and the order of the operators.
    """
    file = Bytes(raw)
    if raw[4:8] != IDENTIFIER:
        raise ModelRefused(f"The file is no TensorFlow Lite model: it carries the identifier {raw[4:8]!r} instead of {IDENTIFIER!r}.", INT8_HINT)
    model = file.root()
    version = model.number(0, "I")
    if version != SCHEMA_VERSION:
        raise ModelRefused(f"The model has schema version {version}, this reader knows {SCHEMA_VERSION}.", "Convert it with a current TensorFlow.")
    subgraphs = model.tables(2)
    if len(subgraphs) != 1:
        raise ModelRefused(f"The model has {len(subgraphs)} subgraphs, one is supported.", "Avoid control flow and several signatures.")
    subgraph, codes, buffers = subgraphs[0], model.tables(1), model.tables(4)
    referred = {i for step in subgraph.tables(OPERATORS) for field in (1, 2) for i in step.integers(field, "i")}
    referred |= {i for field in (INPUTS, OUTPUTS) for i in subgraph.integers(field, "i")}
    tensors = tuple(read_tensor(i, table, buffers) if i in referred else unused(i, table) for i, table in enumerate(subgraph.tables(0)))
    operators = tuple(read_operator(table, codes, tensors) for table in subgraph.tables(OPERATORS))
    if not operators:
        raise ModelRefused("The model has no operators.", "Give it a layer that computes something.")
    return subgraph, tensors, operators


def read_tensor(index: int, table: Table, buffers: list[Table]) -> Tensor:
    name = table.text(3) or f"tensor {index}"
    number = table.number(1, "b")
    if not 0 <= number < len(TENSOR_TYPES):
        raise damaged(f"tensor {name} has the type {number}")
    kind, shape, signature = TENSOR_TYPES[number], table.integers(0, "i"), table.integers(7, "i")
    if len(shape) > LARGEST_RANK:
        raise damaged(f"tensor {name} has {len(shape)} dimensions")
    if any(size < 0 for size in (*shape, *signature[1:])) or (signature and signature[0] < 0 and shape[:1] != (1,)):
        raise ModelRefused(f"Tensor {name} has the dynamic shape {signature or shape}.", "Convert with a fixed batch of 1 and fixed sizes.")
    if math.prod(shape) > LARGEST:
        raise damaged(f"tensor {name} has the shape {shape}")
    if table.table(6) is not None:
        raise ModelRefused(f"Tensor {name} is sparse.", "Convert without sparsity.")
    data = read_buffer(name, table.number(2, "I"), buffers)
    quantization = None if kind == "INT32" else read_quantization(name, table.table(4))
    state = bool(table.number(5, "?"))
    tensor = Tensor(index, name, kind, shape, quantization, data, state)
    if state and data is not None:
        raise damaged(f"tensor {name} is a variable and a constant")
    if data is not None and kind in NUMPY_TYPES and len(data) != tensor.bytes:
        raise damaged(f"tensor {name} of shape {shape} and type {kind} holds {len(data)} bytes")
    return tensor


def unused(index: int, table: Table) -> Tensor:
    """A tensor that nothing refers to, which may be of any type and shape: nothing of it is read."""
    return Tensor(index, table.text(3) or f"tensor {index}", "UNUSED", (), None, None, used=False)


def read_buffer(name: str, index: int, buffers: list[Table]) -> bytes | None:
    """The constant in buffer `index`, or None where it is empty: a value computed at run time."""
    if index >= len(buffers):
        raise damaged(f"tensor {name} refers to buffer {index} of {len(buffers)}")
    if buffers[index].number(1, "Q") > 1:  # 0 and 1 are placeholders
        raise ModelRefused(f"Tensor {name} lies outside the flatbuffer.", "Plumbline reads models below 2 GB.")
    return buffers[index].raw(0) or None


def read_quantization(name: str, table: Table | None) -> Quantization | None:
    """Scales and zero points, or None for a tensor that has none. The axis is checked by whoever reads along it."""
    if table is None:
        return None
    scales, zero_points, axis = table.floats(2), table.integers(3, "q"), table.number(6, "i")
    if not scales and not zero_points:
        return None
    if table.number(4, "B"):
        raise ModelRefused(f"Tensor {name} has a custom quantization.", INT8_HINT)
    if len(scales) != len(zero_points):
        raise damaged(f"tensor {name} has {len(scales)} scales and {len(zero_points)} zero points")
    if not all(math.isfinite(scale) and scale > 0 for scale in scales):
        raise ModelRefused(f"Tensor {name} has a scale that is not a positive number.", "Look for NaN or infinity in the model's weights.")
    return Quantization(scales, zero_points, axis)


def read_operator(table: Table, codes: list[Table], tensors: tuple[Tensor, ...]) -> Operator:
    index = table.number(0, "I")
    if index >= len(codes):
        raise damaged(f"an operator refers to operator code {index} of {len(codes)}")
    name = operator_name(codes[index])
    reads, writes = table.integers(1, "i"), table.integers(2, "i")
    if not writes or max(len(reads), len(writes)) > LARGEST_FAN:
        raise damaged(f"{name} has {len(reads)} inputs and {len(writes)} outputs")
    inputs = tuple(None if i == -1 else pick(tensors, i) for i in reads)  # -1: an optional input that is left out
    outputs = tuple(pick(tensors, i) for i in writes)
    options = read_options(name, table.number(3, "B"), table.table(4))
    return Operator(name, codes[index].number(2, "i", 1), inputs, outputs, options)


def operator_name(code: Table) -> str:
    """Files written before 2020 have the number in a one-byte field only; newer ones in both, or 127 there and the number in the wide field."""
    old, number = code.number(0, "b"), code.number(3, "i")
    number = old if old < PLACEHOLDER_FOR_GREATER_OP_CODES and number == 0 else number
    if number < 0:
        raise damaged(f"an operator code has the number {number}")
    if number == CUSTOM:
        return f"CUSTOM:{code.text(1)}"
    return BUILTIN_OPERATORS[number] if number < len(BUILTIN_OPERATORS) else f"BUILTIN_{number}"


def pick(tensors: tuple[Tensor, ...], index: int) -> Tensor:
    if not 0 <= index < len(tensors):
        raise damaged(f"something refers to tensor {index} of {len(tensors)}")
    if tensors[index].elements == 0:  # which some have that only a converter's calibration used
        raise damaged(f"tensor {tensors[index].name} has the shape {tensors[index].shape}")
    return tensors[index]


def only(tensors: tuple[Tensor, ...], indices: tuple[int, ...], what: str) -> Tensor:
    """The model's single input or output, which must be int8 and quantized as a whole."""
    if len(indices) != 1:
        raise ModelRefused(f"The model has {len(indices)} {what}, one is supported.", "Give it one input and one output.")
    tensor = pick(tensors, indices[0])
    if tensor.state:
        raise damaged(f"{tensor.name}, among the model's {what}, is a variable")
    if tensor.type != "INT8" or tensor.quantization is None or tensor.quantization.per_channel:
        raise ModelRefused(f"{tensor.name}, among the model's {what}, is {tensor.type}, not quantized int8.", INT8_HINT)
    if not -128 <= tensor.quantization.zero_point <= 127:
        raise damaged(f"the zero point {tensor.quantization.zero_point} of {tensor.name} is no int8")
    return tensor


def check_order(first: Tensor, operators: tuple[Operator, ...], last: Tensor) -> None:
    """Every tensor is a constant, the input, or written once before it is read."""
    known = {first.index}
    for operator in operators:
        for tensor in operator.inputs:
            if tensor is not None and tensor.computed and tensor.index not in known:
                raise damaged(f"{operator.name} reads {tensor.name} before anything has written it")
        for tensor in operator.outputs:
            if tensor.index in known or not tensor.computed:
                raise damaged(f"{operator.name} writes {tensor.name}, which already has a value")
            known.add(tensor.index)
    if last.index not in known or last.index == first.index:
        raise damaged(f"nothing computes the output {last.name}")


def check_states(operators: tuple[Operator, ...]) -> None:
    """A variable belongs to one recurrent operator: each inference starts it anew, which is right for nothing else."""
    owners: dict[int, Operator] = {}
    for operator in operators:
        for tensor in operator.inputs:
            if tensor is None or not tensor.state:
                continue
            if operator.name not in RECURRENT:
                hint = f"Of operators with a memory there is {', '.join(RECURRENT)}. Use a stateless model."
                raise ModelRefused(f"Layer {operator.layer}: {operator.name} reads the variable {tensor.name}.", hint)
            if owners.setdefault(tensor.index, operator) is not operator:
                raise ModelRefused(f"Two operators share the variable {tensor.name}.", "Give each recurrent layer a state of its own.")
