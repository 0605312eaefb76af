"""Takes .tflite bytes apart into tensors and operators, trusting nothing: every offset, index, shape and size is checked. No TensorFlow needed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from plumbline.common.errors import DoesNotFit, ModelRefused
from plumbline.convert.importers.flatbuffer.read_options import read_custom_options, read_options
from plumbline.convert.model import hints
from plumbline.convert.model.blockers import Blocker
from plumbline.convert.model.flatbuffer_view import Bytes, Table, damaged
from plumbline.convert.model.graph import NUMPY_TYPES, Operator, Quantization, Tensor
from plumbline.convert.model.schema import BUILTIN_OPERATORS, CUSTOM, PLACEHOLDER_FOR_GREATER_OP_CODES, TENSOR_TYPES

IDENTIFIER = b"TFL3"
SCHEMA_VERSION = 3
LARGEST = 2**31 - 1
"""Elements of a tensor and dimensions stay below what an int32 holds, as in TensorFlow Lite Micro."""

LARGEST_RANK = 8
LARGEST_FAN = 256
"""Inputs or outputs of one operator; the widest real one, a concatenation, stays far below."""
MOST = 1 << 16
"""Tensors, operators, operator codes, buffers or scales of a model: no microcontroller could hold a list of more."""

MOST_OPERATORS = 4096
"""Where a recurrent layer is unrolled into many small ones, an operator takes some 170 bytes of code and constants, and so many of them 70 % of a
board's flash."""

NEWEST = 100
"""Schema versions beyond this are bytes of something else, as of a file that was sent as text."""
INPUTS, OUTPUTS, OPERATORS = 1, 2, 3
"""Fields of a subgraph."""
SIGNATURES = 7
"""The field of a model that lists its signatures."""
QUANTIZED = ("INT8", "UINT8", "INT16", "INT4")
"""Types whose scales are read; those of an INT32 only where it is no constant."""

NO_NUMBERS = (("INT32", (0,)), ("INT64", (0,)))
"""Constants without elements, such as the shape of a single number."""


@dataclass(frozen=True)
class Section:
    """A further subgraph, as the file has it, which operators of others call. The indices of its tensors go on where those before it end."""

    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    blockers: tuple[Blocker, ...]


@dataclass(frozen=True)
class Parts:
    """A model's main subgraph, as the file has it; `blockers` are what no board can run of it, beside its operators and its ends."""

    subgraph: Table
    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    """Indices of tensors, as of `outputs`; maybe of none that is there."""
    outputs: tuple[int, ...]
    blockers: tuple[Blocker, ...]
    names: Mapping[int, str]
    """What the first signature calls inputs and outputs, by their indices; of a tensor that is both, the input."""
    sections: tuple[Section, ...] = ()
    """The subgraphs behind it."""
    further_names: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """More names of a tensor that is several of the model's ends, in order."""
    inner: tuple[Tensor, ...] = ()
    """Tensors of the graphs that operators have been given to run, see `nested`; some of the sections', and behind all of those others."""

    @property
    def every_operator(self) -> tuple[Operator, ...]:
        """The main subgraph's, and those of all behind it."""
        return (*self.operators, *(each for section in self.sections for each in section.operators))


def take_apart(raw: bytes) -> Parts:
    """Take a model apart.

    Raises:
        ModelRefused: it is no flatbuffer, damaged, or of another schema version.
        DoesNotFit: it has more operators than a board has room for.
    """
    file = Bytes(raw)
    if raw[4:8] != IDENTIFIER:
        raise ModelRefused(
            f"The file is no TensorFlow Lite model: it carries the identifier {raw[4:8]!r} instead of {IDENTIFIER!r}.", hints.no_tflite()
        )
    model = file.root()
    version = model.number(0, "I")
    if version > NEWEST:
        raise damaged(f"its schema version is {version}, and the newest one is {SCHEMA_VERSION}")
    if version != SCHEMA_VERSION:
        raise ModelRefused(f"The model has schema version {version}, this reader knows {SCHEMA_VERSION}.", hints.changed("Use a current TensorFlow"))
    subgraphs = model.tables(2, MOST)
    if not subgraphs:
        raise damaged("it has no subgraph")
    subgraph, codes, buffers = subgraphs[0], model.tables(1, MOST), Buffers(model.tables(4, MOST))
    count = sum(len(each.tables(OPERATORS, MOST)) for each in subgraphs)
    if count > MOST_OPERATORS:
        raise DoesNotFit(f"The model has {count:,} operators, {MOST_OPERATORS:,} are the most that are taken.", hints.changed("Use fewer layers"))
    found: list[Blocker] = []
    tensors, operators, inputs, outputs = read_subgraph(subgraph, codes, buffers, found)
    if not operators:
        raise ModelRefused("The model has no operators.", hints.changed("Add a layer that computes something"))
    sections: list[Section] = []
    first = len(tensors)
    for each in subgraphs[1:]:
        own: list[Blocker] = []
        within, steps, takes, gives = read_subgraph(each, codes, buffers, own, first)
        given, answers = (tuple(pick(within, index) for index in indices) for indices in (takes, gives))
        sections.append(Section(within, steps, given, answers, tuple(own)))
        first += len(within)
    named = signature_names(model)
    names, further = {index: each[0] for index, each in named.items()}, {index: each[1:] for index, each in named.items() if each[1:]}
    return Parts(subgraph, tensors, operators, inputs, outputs, tuple(found), names, tuple(sections), further)


Indices = tuple[int, ...]
"""Of tensors within their subgraph, maybe of none that is there."""


def read_subgraph(
    subgraph: Table, codes: list[Table], buffers: Buffers, found: list[Blocker], first: int = 0
) -> tuple[tuple[Tensor, ...], tuple[Operator, ...], Indices, Indices]:
    """Tensors, operators, inputs and outputs of a subgraph, whose tensors are counted from `first` on; blockers of its tensors go to `found`."""
    steps = subgraph.tables(OPERATORS, MOST)
    inputs, outputs = (subgraph.integers(field, "i", LARGEST_FAN) for field in (INPUTS, OUTPUTS))
    referred = {i for step in steps for field in (1, 2) for i in step.integers(field, "i", LARGEST_FAN)} | {*inputs, *outputs}
    tables = enumerate(subgraph.tables(0, MOST))
    tensors = tuple(read_tensor(first + i, each, buffers, found) if i in referred else unused(first + i, each) for i, each in tables)
    return tensors, tuple(read_operator(table, codes, tensors) for table in steps), inputs, outputs


def signature_names(model: Table) -> dict[int, tuple[str, ...]]:
    """The names in the first signature of the main subgraph by the index of what they call, inputs first; empty where there is none."""
    for signature in model.tables(SIGNATURES, MOST):
        if signature.number(4, "I") == 0:
            ends = [*signature.tables(0, LARGEST_FAN), *signature.tables(1, LARGEST_FAN)]
            found: dict[int, tuple[str, ...]] = {}
            for end in ends:
                if name := end.text(0):
                    index = end.number(1, "I")
                    found[index] = (*found.get(index, ()), name)
            return found
    return {}


class Buffers:
    """The constants of a model, each read once however many tensors share it."""

    def __init__(self, tables: list[Table]) -> None:
        self.tables = tables
        self.read: dict[int, bytes | None] = {}

    def constant(self, name: str, index: int, found: list[Blocker]) -> bytes | None:
        """The constant in buffer `index`, or None where it is empty: a value computed at run time."""
        if index >= len(self.tables):
            raise damaged(f"tensor {name} refers to buffer {index} of {len(self.tables)}")
        if self.tables[index].number(1, "Q") > 1:  # 0 and 1 are placeholders
            found.append(Blocker("has tensors that lie outside the flatbuffer, as in models above 2 GB", hints.changed("Use a smaller model")))
            return None
        if index not in self.read:
            self.read[index] = self.tables[index].raw(0) or None
        return self.read[index]


def read_tensor(index: int, table: Table, buffers: Buffers, found: list[Blocker]) -> Tensor:
    """A tensor that something refers to; what no board can run of it is added to `found`."""
    name = table.text(3) or f"tensor {index}"
    number = table.number(1, "b")
    if not 0 <= number < len(TENSOR_TYPES):
        raise damaged(f"tensor {name} has the type {number}")
    kind, shape = TENSOR_TYPES[number], table.integers(0, "i")  # not the signature: TensorFlow Lite Micro goes by the shape, where -1 became 1
    if len(shape) > LARGEST_RANK:
        raise damaged(f"tensor {name} has {len(shape)} dimensions")
    if any(size < 0 for size in shape):
        found.append(Blocker(f"the dynamic shape {shape}", hints.fixed_shape(), places=(name,), noun="tensor"))
    if math.prod(shape) > LARGEST:
        raise damaged(f"tensor {name} has the shape {shape}")
    if table.table(6) is not None:
        found.append(Blocker("a sparse tensor", hints.changed("Leave sparsity out"), places=(name,), noun="tensor"))
    data = buffers.constant(name, table.number(2, "I"), found)
    quantization = read_quantization(name, table.table(4), found) if kind in QUANTIZED or (kind == "INT32" and data is None) else None
    state = bool(table.number(5, "?"))
    if state and data is not None:
        raise damaged(f"tensor {name} is a variable and a constant")
    tensor = Tensor(index, name, kind, shape, quantization, b"" if (kind, shape) in NO_NUMBERS and not state else data, state)
    if data is None or kind not in NUMPY_TYPES:
        return tensor
    if len(data) < tensor.bytes or not tensor.elements:
        raise damaged(f"tensor {name} of shape {shape} and type {kind} holds {len(data)} bytes")
    return replace(tensor, data=data[: tensor.bytes])  # some compilers fill up what lies behind; TensorFlow Lite Micro does not look there


def unused(index: int, table: Table) -> Tensor:
    """A tensor that nothing refers to, which may be of any type and shape: nothing of it is read."""
    return Tensor(index, table.text(3) or f"tensor {index}", "UNUSED", (), None, None, used=False)


def read_quantization(name: str, table: Table | None, found: list[Blocker]) -> Quantization | None:
    """Scales and zero points, or None for a tensor that has none. The axis is checked by whoever reads along it."""
    if table is None:
        return None
    scales, zero_points, axis = table.floats(2, MOST), table.integers(3, "q", MOST), table.number(6, "i")
    if not scales and not zero_points:
        return None
    if table.number(4, "B"):
        found.append(Blocker("a quantization of another kind than scales and zero points", hints.not_int8(), places=(name,), noun="tensor"))
        return None
    if len(scales) != len(zero_points):
        raise damaged(f"tensor {name} has {len(scales)} scales and {len(zero_points)} zero points")
    if not all(math.isfinite(scale) and scale > 0 for scale in scales):
        raise ModelRefused(f"Tensor {name} has a scale that is not a positive number.", hints.changed("Look for NaN or infinity in the weights"))
    return Quantization(scales, zero_points, axis)


def read_operator(table: Table, codes: list[Table], tensors: tuple[Tensor, ...]) -> Operator:
    index = table.number(0, "I")
    if index >= len(codes):
        raise damaged(f"an operator refers to operator code {index} of {len(codes)}")
    name = operator_name(codes[index])
    reads, writes = (table.integers(field, "i", LARGEST_FAN) for field in (1, 2))
    inputs = tuple(None if i == -1 else pick(tensors, i, empty=True) for i in reads)  # -1: an optional input that is left out
    outputs = tuple(pick(tensors, i) for i in writes)
    custom = name.startswith("CUSTOM:")
    options = read_custom_options(name, table) if custom else read_options(name, table.number(3, "B"), table.table(4))
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


def pick(tensors: tuple[Tensor, ...], index: int, empty: bool = False) -> Tensor:
    """A tensor, which has elements; or is one of NO_NUMBERS, where it may be `empty`."""
    if not 0 <= index < len(tensors):
        raise damaged(f"something refers to tensor {index} of {len(tensors)}")
    tensor = tensors[index]
    if tensor.elements == 0 and not (empty and (tensor.type, tensor.shape) in NO_NUMBERS):  # some have it that only a converter's calibration used
        raise damaged(f"tensor {tensor.name} has the shape {tensor.shape}")
    return tensor
