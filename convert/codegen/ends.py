"""The model's inputs and outputs as the generated headers describe them."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from plumbline.common import wire
from plumbline.common.quantization import formula
from plumbline.convert.codegen.names import unaccented
from plumbline.convert.model.graph import Graph, Quantization, Tensor

# fmt: off
C_TYPES = {
    "INT8": "int8_t", "UINT8": "uint8_t", "BOOL": "uint8_t", "INT16": "int16_t", "INT32": "int32_t", "INT64": "int64_t", "FLOAT32": "float",
}
# fmt: on
"""Of a tensor's values, for those who fill inputs and read outputs."""
LONGEST = 40


@dataclass(frozen=True)
class Scale:
    """A scale taken apart for integer arithmetic on the board: it is mantissa * 2^exponent."""

    value: float
    bits: int
    """Of the float32."""
    mantissa: int
    """Odd."""
    exponent: int

    @classmethod
    def of(cls, quantization: Quantization) -> Scale:
        scale = quantization.scale
        (bits,) = struct.unpack("<I", struct.pack("<f", scale))
        numerator, denominator = scale.as_integer_ratio()  # the denominator is a power of two
        exponent = 1 - denominator.bit_length()
        while numerator % 2 == 0:
            numerator, exponent = numerator // 2, exponent + 1
        return cls(scale, bits, numerator, exponent)


@dataclass(frozen=True)
class End:
    """An input or output."""

    kind: str
    """INPUT or OUTPUT."""
    macro: str
    """How the names of its macros begin, behind the prefix of the header: INPUT_ or OUTPUT_ and its name."""
    name: str
    """As the model has it."""
    tensor: Tensor
    scale: Scale | None
    """None of one that is not quantized."""

    @property
    def zero_point(self) -> int:
        return self.tensor.quantized.zero_point if self.scale else 0

    @property
    def c_type(self) -> str:
        """Of its values in the C of whoever calls the model."""
        return C_TYPES[self.tensor.type]

    @property
    def meaning(self) -> str:
        """What it holds: type, shape, and what a code stands for, e.g. `int8 [1, 40], 0.5 * (code + 3)`."""
        held = f", {formula(self.tensor.quantized)}" if self.scale else ""
        return f"{self.tensor.type.lower()} {list(self.tensor.shape)}{held}"

    @property
    def text(self) -> str:
        """What the console says of it, in characters that no terminal obeys."""
        return "".join(each if each.isprintable() else "?" for each in f"{self.name}: {self.meaning}")

    @property
    def told(self) -> str:
        """What the wire tells of its name."""
        return wire.told(self.name)

    @property
    def wire_type(self) -> str:
        """As plumbline_wire.h calls its type."""
        return wire.Type[self.tensor.type].name


def ends_of(graph: Graph) -> list[End]:
    """All inputs, then all outputs, in the order of the signature."""
    return [*_named("INPUT", graph, graph.inputs), *_named("OUTPUT", graph, graph.outputs)]


def _named(kind: str, graph: Graph, tensors: Sequence[Tensor]) -> list[End]:
    names = [graph.name_of(tensor) for tensor in tensors]
    scales = [None if tensor.quantization is None else Scale.of(tensor.quantization) for tensor in tensors]
    macros = macro_names(names)
    return [End(kind, f"{kind}_{macro}", name, tensor, scale) for macro, name, tensor, scale in zip(macros, names, tensors, scales, strict=True)]


def macro_names(names: Sequence[str]) -> list[str]:
    """Parts of C macros made of names: capitals, digits and underscores, different from one another."""
    result: list[str] = []
    for name in names:
        base = unique = re.sub(r"\W+", "_", unaccented(name), flags=re.ASCII).strip("_").upper()[:LONGEST].rstrip("_") or "UNNAMED"
        number = 1
        while unique in result:
            number += 1
            unique = f"{base}_{number}"
        result.append(unique)
    return result


def one_to_one(graph: Graph) -> bool:
    """Whether one quantized int8 tensor goes in and one comes out, whose facts need neither names nor types."""
    ends = (*graph.inputs, *graph.outputs)
    return len(ends) == 2 and all(end.type == "INT8" and end.quantization is not None for end in ends)
