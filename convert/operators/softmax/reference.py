"""SOFTMAX as integers: a table of exponentials, worked out beforehand for each distance below a row's highest code, and a reciprocal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.fixed_point import INT32_MAX
from plumbline.convert.operators.options import real
from plumbline.convert.operators.shared.checks import activations, arity, int8, one_of, options_of, refused, unsupported
from plumbline.convert.operators.shared.exponential import Integers, exponential, one_over_one_plus, product, shifted
from plumbline.convert.operators.shared.row_exponents import INPUT_BITS, SUM_BITS, exponents
from plumbline.convert.operators.softmax.wide import WideSoftmaxReference, near, wide_softmax


@dataclass(frozen=True)
class SoftmaxOptions:
    """Options of SOFTMAX."""

    beta: Annotated[float, real(0)]
    """Factor of the exponents."""


LARGEST_ROW = 4095
"""So many exponentials of at most 1 have a sum of 12 integer bits."""

LARGEST_SUM = 512
"""With so large a sum TFLM's kernel to int8 ends the process: all shares are below a code, and the shift that says so is of more than 31 bits."""

OUTPUT = (1 / 256, -128)
"""The only scale and zero point of int8 that TFLM's kernel writes."""

WIDE_OUTPUT = (1 / 65536, -32768)
"""Those of int16. The scale may be off by a thousandth (`near`), which makes no difference to the codes."""


@dataclass(frozen=True)
class SoftmaxReference:
    """output = 2**bits * exp(input) / sum of exp - 2**(bits - 1) along each of `rows` rows of `depth` codes, of as many bits.

    `exponentials[d]` is exp(-d * beta * scale) * 2**31 for a code d below the row's highest; codes farther below are 0.
    """

    rows: int
    depth: int
    exponentials: Integers
    beta: float
    bits: int
    """Of an output code: 8 or 16."""

    def answer(self, codes: NDArray[np.int8]) -> NDArray[Any]:
        """Answer codes (N, rows * depth) with as many, as Softmax in softmax.h does."""
        parts = self.parts(codes)
        scale, bits = reciprocal(shifted(parts, SUM_BITS).sum(axis=1, keepdims=True))
        answer = shifted(product(scale, parts), bits + 31 - self.bits)
        half = 1 << (self.bits - 1)
        return np.minimum(answer - half, half - 1).astype(f"i{self.bits // 8}").reshape(len(codes), -1)

    def parts(self, codes: NDArray[np.int8]) -> Integers:
        """The exponentials of codes (N, rows * depth), (N * rows, depth)."""
        table = self.exponentials
        wide = codes.reshape(-1, self.depth).astype(np.int64)
        below = wide.max(axis=1, keepdims=True) - wide
        return np.where(below < len(table), table[np.minimum(below, len(table) - 1)], 0)

    def stops(self, codes: NDArray[np.int8]) -> NDArray[np.bool_]:
        """(N,): whether a row of codes (N, rows * depth) has a sum that TFLM's kernel does not survive."""
        sums = shifted(self.parts(codes), SUM_BITS).sum(axis=1) >> (31 - SUM_BITS)
        return np.asarray((sums >= LARGEST_SUM).reshape(len(codes), -1).any(axis=1))


def check_softmax(operator: Operator) -> SoftmaxReference | WideSoftmaxReference:
    """Check a SOFTMAX operator and work out its exponentials.

    Raises:
        ModelRefused: its tensors contradict each other, or TFLM would refuse it.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    beta = options_of(operator, SoftmaxOptions).beta
    arity(operator, 1)
    source, target = ends(operator)
    if not source.shape or source.shape != target.shape:
        raise refused(operator, f"maps shape {source.shape} to {target.shape}")
    if source.type == "INT16":
        return wide_softmax(operator, source, target, beta)
    if target.type == "INT16":
        near(operator, target, *WIDE_OUTPUT)
    elif (target.quantized.scale, target.quantized.zero_point) != OUTPUT:
        raise refused(operator, f"has the output scale {target.quantized.scale:g} and zero point {target.quantized.zero_point}, not 1/256 and -128")
    if source.shape[-1] > LARGEST_ROW:
        raise unsupported(operator, f"over {source.shape[-1]} codes (up to {LARGEST_ROW})")
    table = exponential(exponents(operator, beta, source.quantized.scale)[1], INPUT_BITS)
    return SoftmaxReference(source.elements // source.shape[-1], source.shape[-1], table, beta, 8 * target.dtype.itemsize)


def stops(operator: Operator) -> Callable[[NDArray[np.int8]], NDArray[np.bool_]] | None:
    """See `Registration.stops`."""
    layer = check_softmax(operator)
    return layer.stops if isinstance(layer, SoftmaxReference) and layer.bits == 8 and layer.depth >= LARGEST_SUM else None


def ends(operator: Operator) -> tuple[Tensor, Tensor]:
    """Input and output: int8 to int8 or int16, or int16 to int16; raises what `checks.activations` raises."""
    source, target = cast(Tensor, operator.inputs[0]), operator.outputs[0]
    if (source.type, target.type) != ("INT8", "INT16") or target.quantization is None:
        return activations(operator, wide=True)
    int8(operator, source)
    one_of(operator, target, ("INT16",))
    if source.data is not None:
        raise unsupported(operator, "of a constant")
    return source, target


def reciprocal(total: Integers) -> tuple[Integers, Integers]:
    """(r, n) with r / 2**31 * 2**-n = 1 / (total / 2**19), as GetReciprocal in common.h."""
    length = np.frexp(total.astype(np.float64))[1].astype(np.int64)  # in bits; exact below 2**53
    headroom = 32 - length
    return np.minimum(one_over_one_plus((total << headroom) - 2**31) * 2, INT32_MAX), SUM_BITS - headroom
