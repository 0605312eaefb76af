"""What a manifest promises that follows from the model: worked out when it is written, and once more when a board is held to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.manifest import OperatorSpec, TensorSpec
from plumbline.convert.graph import Graph, Operator, Tensor
from plumbline.convert.importers.keras.quantize import DenseLayer
from plumbline.convert.macs import multiply_accumulates

PARAMETERS = "parameters"
"""Array of references.npz: how many numbers the float model holds."""


def tensor_spec(tensor: Tensor) -> TensorSpec:
    """An input or output as the manifest has it."""
    return TensorSpec(tensor.shape, tensor.bytes, tensor.quantized.scale, tensor.quantized.zero_point)


def operator_spec(operator: Operator) -> OperatorSpec:
    """An operator as the manifest has it."""
    constants = [tensor for tensor in operator.inputs if tensor is not None and tensor.data is not None]
    return OperatorSpec(
        operator.name,
        operator.version,
        operator.layer,
        operator.per_channel,
        operator.outputs[0].shape,
        sum(tensor.bytes for tensor in constants),
        multiply_accumulates(operator),
    )


def reach(graph: Graph) -> float:
    """What no error can exceed: the whole range of the output."""
    low, high = graph.output.quantized.range
    return high - low


def float_arrays(chain: tuple[DenseLayer, ...]) -> dict[str, NDArray[Any]]:
    """The layers that a bound was proven from, as arrays of references.npz."""
    arrays: dict[str, NDArray[Any]] = {}
    for number, layer in enumerate(chain):
        arrays |= {f"weights{number}": layer.weights, f"bias{number}": layer.bias, f"activation{number}": np.array(layer.activation)}
    return arrays


def chain_of(arrays: Mapping[str, NDArray[Any]]) -> tuple[DenseLayer, ...]:
    """What `float_arrays` made; empty where there is none.

    Raises:
        KeyError, ValueError: an array is missing, or does not belong to a Dense layer.
    """
    chain: list[DenseLayer] = []
    while f"weights{len(chain)}" in arrays:
        number = len(chain)
        weights, bias = (arrays[f"{name}{number}"].astype(np.float32, casting="equiv") for name in ("weights", "bias"))
        if weights.ndim != 2 or bias.shape != weights.shape[:1] or not (np.isfinite(weights).all() and np.isfinite(bias).all()):
            raise ValueError(f"layer {number} of the float model is no Dense layer")
        chain.append(DenseLayer(weights, bias, str(arrays[f"activation{number}"])))
    return tuple(chain)
