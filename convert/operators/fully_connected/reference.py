"""FULLY_CONNECTED as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.options import activation, flag, tensor_type, whole
from plumbline.convert.operators.shared.checks import arity, codes_passed, refused, unsupported
from plumbline.convert.operators.shared.matmul.reference import MatmulReference, Operand, check_types, matmul
from plumbline.convert.operators.shared.weighted.reference import Weighted, facts


@dataclass(frozen=True)
class FullyConnectedOptions:
    """Options of FULLY_CONNECTED."""

    activation: Annotated[str, activation(0)]
    weights_format: Annotated[int, whole(1, "Int8")]
    """0: one row of weights per output."""
    keep_num_dims: Annotated[bool, flag(2)]
    bias_type: Annotated[str, tensor_type(4)] = "FLOAT32"
    """INT32 says that sums of int16 codes without a bias are kept in 32 bits."""


@dataclass(frozen=True)
class FullyConnectedReference(Weighted):
    """`weights` (outputs, inputs): every output sees every input. The operator runs on `batches` rows."""

    batches: int

    def answer(self, codes: NDArray[Any]) -> NDArray[Any]:
        """Answer input codes (N, batches * inputs) with output codes (N, batches * outputs), as TFLM's reference kernel does."""
        rows = self.distances(codes).reshape(-1, self.weights.shape[1])
        answer = self.codes((rows @ self.factors.T).astype(np.int64) + self.bias)
        return answer.reshape(len(codes), self.batches * len(self.weights))


def check_any_fully_connected(operator: Operator, float_product: bool = False) -> FullyConnectedReference | MatmulReference:
    """`check_fully_connected`, or the product of two matrices where weights are computed at run time or have a zero point.

    Raises:
        ModelRefused, UnsupportedOperator: see `check_fully_connected` and `matmul`.
    """
    weights = operator.inputs[1] if len(operator.inputs) > 1 else None
    codes = weights is not None and weights.quantization is not None and not weights.quantization.per_channel
    if weights is None or not codes or (weights.data is not None and not weights.quantized.zero_point):
        return check_fully_connected(operator, float_product)
    options = options_or_none(operator)
    arity(operator, 2, 3)
    source, target = cast(Tensor, operator.inputs[0]), operator.outputs[0]
    if source.type == "INT16":
        raise unsupported(operator, "of int16 with weights that are computed at run time or have a zero point")
    check_types(operator, (source, weights, target))
    bias = operator.inputs[2] if len(operator.inputs) == 3 else None
    if bias is not None and (bias.data is None or bias.type != "INT32"):
        raise unsupported(operator, f"with {bias.name} of type {bias.type}" + ("" if bias.data else ", computed at run time"))
    outputs, inputs = weights.shape if len(weights.shape) == 2 else (0, 0)
    if not inputs or source.elements % inputs or not target.shape or target.shape[-1] != outputs or (bias is not None and bias.elements != outputs):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} with weights of shape {weights.shape}")
    operands = Operand(source, (source.elements // inputs, inputs), False), Operand(weights, weights.shape, False)
    added = np.zeros(outputs, np.int64) if bias is None else np.asarray(bias.values(), np.int64).ravel()
    return matmul(operator, operands, added, codes_passed(operator, options.activation), float_product)


def options_or_none(operator: Operator) -> FullyConnectedOptions:
    """The operator's options, of which a file may have none."""
    options = operator.options if isinstance(operator.options, FullyConnectedOptions) else FullyConnectedOptions("NONE", 0, False)
    if options.weights_format != 0:
        raise unsupported(operator, "with shuffled weights")
    return options


def check_fully_connected(operator: Operator, float_product: bool = False) -> FullyConnectedReference:
    """Check a FULLY_CONNECTED operator with constant weights and work out its integers.

    Args:
        operator: from the graph.
        float_product: as in `weighted.multipliers`.

    Raises:
        ModelRefused, UnsupportedOperator: see `weighted.facts`.
    """
    options = options_or_none(operator)
    found = facts(operator, options.activation, rank=2, axis=0, float_product=float_product, narrow=options.bias_type == "INT32")
    source, target = cast(Tensor, operator.inputs[0]), operator.outputs[0]
    outputs, inputs = found["weights"].shape
    if source.elements % inputs or target.elements != source.elements // inputs * outputs or (target.shape and target.shape[-1] != outputs):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} with weights {(outputs, inputs)}")
    return FullyConnectedReference(**found, batches=source.elements // inputs)
