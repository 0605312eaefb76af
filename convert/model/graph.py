"""A .tflite model as frozen dataclasses: what the flatbuffer says, checked, and nothing of how it says it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.rows import NUMPY_TYPES, put_together, taken_apart

__all__ = ["C_TYPES", "NUMPY_TYPES", "Graph", "Operator", "Quantization", "Subgraph", "Tensor", "put_together", "taken_apart"]

# fmt: off
C_TYPES = {
    "INT8": "int8_t", "UINT8": "uint8_t", "BOOL": "uint8_t", "FLOAT32": "int8_t",
    "INT16": "plumbline_int16", "INT32": "plumbline_int32", "INT64": "plumbline_int64",
}
# fmt: on
"""The same in generated C. Those wider than a byte are typedefs that may share memory with each other; a bool is any byte but 0; a float32 is four
bytes, since no float is computed."""


@dataclass(frozen=True)
class Quantization:
    """real = scales[c] * (code - zero_points[c]); one entry for a whole tensor, or one per index c along `axis`."""

    scales: tuple[float, ...]
    """float32 values, each finite and above 0."""
    zero_points: tuple[int, ...]
    axis: int

    @property
    def per_channel(self) -> bool:
        return len(self.scales) > 1

    @property
    def scale(self) -> float:
        """The scale of a tensor quantized as a whole."""
        return self.scales[0]

    @property
    def zero_point(self) -> int:
        return self.zero_points[0]


@dataclass(frozen=True)
class Tensor:
    """`data` is None for what is computed at run time, and for the state of a recurrent layer, else the little-endian constant."""

    index: int
    name: str
    type: str
    shape: tuple[int, ...]
    quantization: Quantization | None
    """None of an INT32 constant as well: a bias has the scale of input times weights, and what the file says of it no kernel uses."""
    data: bytes | None
    state: bool = False
    """Whether the schema calls it a variable. Without `initial` it is what a recurrent layer remembers from one time step to the next, and starts
    each inference anew."""
    initial: bytes | None = None
    """Of a variable that keeps its value from one inference to the next: its bytes after a reset, or one that they all are. A file of 1 kB may tell
    of a variable of 1 GB, and nothing of that size is made before it is known to fit a board."""
    used: bool = True
    """Whether an operator or an end of the model refers to it. Of another nothing but index and name is known."""

    @property
    def computed(self) -> bool:
        """Whether an operator writes it at run time, or it is the model's input."""
        return self.used and self.data is None and not self.state

    @property
    def elements(self) -> int:
        return math.prod(self.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of its values in NumPy."""
        return np.dtype(NUMPY_TYPES[self.type])

    @property
    def c_type(self) -> str:
        """Of its values in generated C, where tensors of several types share one memory: see C_TYPES."""
        return C_TYPES[self.type]

    @property
    def bytes(self) -> int:
        return -(-self.elements // 2) if self.type == "INT4" else self.elements * self.dtype.itemsize

    @property
    def scale(self) -> float | None:
        """Of a tensor quantized as a whole; None of one that is not quantized."""
        return None if self.quantization is None else self.quantization.scale

    @property
    def zero_point(self) -> int | None:
        """As the scale."""
        return None if self.quantization is None else self.quantization.zero_point

    @property
    def quantized(self) -> Quantization:
        """The quantization of a tensor that must have one."""
        assert self.quantization is not None
        return self.quantization

    def beginning(self) -> NDArray[np.generic]:
        """(elements,): the values after a reset of a variable that has some."""
        assert self.initial is not None
        return np.frombuffer(self.initial * self.bytes if len(self.initial) == 1 else self.initial, self.dtype)

    def values(self) -> NDArray[np.generic]:
        """The constant as an array of the tensor's shape."""
        assert self.data is not None
        values = np.frombuffer(self.data, NUMPY_TYPES[self.type])
        if self.type == "INT4":
            values = np.stack([values << 4 >> 4, values >> 4], axis=1).ravel()[: self.elements]  # the lower half first
        return values.reshape(self.shape)


@dataclass(frozen=True)
class Operator:
    """One step of the model. A missing optional input is None."""

    name: str
    """BuiltinOperator of the schema, e.g. FULLY_CONNECTED; CUSTOM:name for a custom one."""
    version: int
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]
    options: object | None
    """A dataclass of the operator's folder; None without options, or with some that nobody reads."""
    graphs: tuple[Subgraph, ...] = ()
    """What it runs: of IF both branches, or the one that is taken whatever the input is; of WHILE the condition and the body."""
    called: str = ""
    """What a person calls it, different from all others of the model: see `plumbline.convert.model.called`. Empty where nobody has asked, of what
    runs graphs, and inside of these."""

    @property
    def layer(self) -> str:
        """Where in the Keras model it comes from, for messages: the name of its constant, or of its output.

        Constants that the converter made itself are called arith.constant with a number, which tells nothing. Nor does what a loop begins with.
        """
        if self.graphs and self.outputs:
            return self.outputs[0].name
        for tensor in self.inputs:
            if tensor is not None and tensor.data is not None and not tensor.name.rpartition("/")[2].startswith("arith.constant"):
                return tensor.name
        return self.outputs[0].name if self.outputs else self.name

    @property
    def title(self) -> str:
        """What comments call it: as a person does, or where it comes from."""
        return self.called or self.layer

    @property
    def run_time_inputs(self) -> list[Tensor]:
        """The inputs that are neither constants nor a recurrent layer's state, in order."""
        return [tensor for tensor in self.inputs if tensor is not None and tensor.computed]

    @property
    def with_inner(self) -> Iterator[Operator]:
        """Itself, then the operators of its graphs, and those of their graphs."""
        yield self
        for graph in self.graphs:
            for operator in graph.operators:
                yield from operator.with_inner

    @property
    def variables(self) -> list[Tensor]:
        """What it keeps from one inference to the next, each once: those among its inputs, then those among its outputs."""
        found = {tensor.index: tensor for tensor in (*self.inputs, *self.outputs) if tensor is not None and tensor.initial is not None}
        return list(found.values())

    @property
    def results(self) -> list[Tensor]:
        """The outputs that are no variables."""
        return [tensor for tensor in self.outputs if tensor.initial is None]

    @property
    def per_channel(self) -> bool:
        """Whether any constant of it has one scale per channel."""
        constants = (t for t in self.inputs if t is not None and t.data is not None and t.quantization is not None)
        return any(t.quantized.per_channel for t in constants)


@dataclass(frozen=True)
class Subgraph:
    """A graph that an operator runs, once, now and then or again and again. It sees no tensors but its own, which are among the model's."""

    name: str
    """What it is of its operator: then, else, cond or body."""
    operators: tuple[Operator, ...]
    inputs: tuple[Tensor, ...]
    """What the operator writes before each run; constants where it would always write the same."""
    outputs: tuple[Tensor, ...]
    """What the operator reads after each run: computed, an input as it was, or a constant."""


@dataclass(frozen=True)
class Graph:
    """One model: operators in execution order, inputs and outputs in the order of its signature.

    A row is what one inference takes or gives, see `plumbline.common.rows`.
    """

    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    names: Mapping[int, str] = field(default_factory=dict)
    """What the signature calls inputs and outputs, by their indices; those that it does not name are called as their tensors."""
    folded: tuple[Operator, ...] = ()
    """Operators of the file that are not among these: their answers are constants, which the tensors hold. TensorFlow Lite Micro runs them."""
    remembers: bool = False
    """Whether an operator keeps values from one inference to the next beside the variables, as TensorFlow Lite Micro's kernels may."""

    @property
    def with_inner(self) -> tuple[Operator, ...]:
        """The operators, each followed by those of the graphs that it runs."""
        return tuple(each for operator in self.operators for each in operator.with_inner)

    def name_of(self, end: Tensor) -> str:
        """What people call an input or output."""
        return self.names.get(end.index, end.name)

    @property
    def variables(self) -> list[Tensor]:
        """What it keeps from one inference to the next, in order of their indices."""
        return [tensor for tensor in self.tensors if tensor.used and tensor.initial is not None]

    @property
    def stateful(self) -> bool:
        """Whether its answers depend on the inferences before. A reset brings `variables`, and what else it remembers, back to their beginning."""
        return bool(self.variables) or self.remembers

    @property
    def input(self) -> Tensor:
        """The input of a model that has one."""
        (only,) = self.inputs
        return only

    @property
    def output(self) -> Tensor:
        """The output of a model that has one."""
        (only,) = self.outputs
        return only

    @property
    def input_bytes(self) -> int:
        """Of a row of inputs."""
        return sum(tensor.bytes for tensor in self.inputs)

    @property
    def output_bytes(self) -> int:
        """Of a row of outputs."""
        return sum(tensor.bytes for tensor in self.outputs)

    @property
    def one_code(self) -> bool:
        """Whether its only input is one int8 and decides about the answer, so that all 256 codes can be asked."""
        return not self.stateful and self.input_bytes == 1 and self.inputs[0].type == "INT8"

    @property
    def scalar(self) -> bool:
        """Whether it maps one int8 to one int8: then a board answers a number."""
        return self.one_code and self.output_bytes == 1 and self.outputs[0].type == "INT8"

    @property
    def not_in_file(self) -> list[Tensor]:
        """The tensors that TensorFlow Lite Micro holds in its arena: inputs, states, and all that it computes, constant answers too."""
        return [tensor for tensor in self.tensors if tensor.used and tensor.data is None] + [each for it in self.folded for each in it.outputs]

    @property
    def recurrent(self) -> bool:
        """Whether a layer keeps a state that a runtime has to reset before every inference."""
        states = (tensor for operator in self.operators for tensor in operator.inputs if tensor is not None and tensor.state)
        return any(tensor.initial is None for tensor in states)
