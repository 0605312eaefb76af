"""FULLY_CONNECTED as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.options import activation, flag, tensor_type, whole
from plumbline.convert.operators.shared.checks import refused, unsupported
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


def check_fully_connected(operator: Operator, float_product: bool = False) -> FullyConnectedReference:
    """Check a FULLY_CONNECTED operator and work out its integers.

    Args:
        operator: from the graph.
        float_product: as in `weighted.multipliers`.

    Raises:
        ModelRefused, UnsupportedOperator: see `weighted.facts`.
    """
    options = operator.options if isinstance(operator.options, FullyConnectedOptions) else FullyConnectedOptions("NONE", 0, False)
    if options.weights_format != 0:
        raise unsupported(operator, "with shuffled weights")
    found = facts(operator, options.activation, rank=2, axis=0, float_product=float_product, narrow=options.bias_type == "INT32")
    source, target = cast(Tensor, operator.inputs[0]), operator.outputs[0]
    outputs, inputs = found["weights"].shape
    if source.elements % inputs or target.elements != source.elements // inputs * outputs or (target.shape and target.shape[-1] != outputs):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} with weights {(outputs, inputs)}")
    return FullyConnectedReference(**found, batches=source.elements // inputs)
