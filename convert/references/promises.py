"""What a manifest promises that follows from the model: worked out when it is written, and once more when a board is held to it."""

from __future__ import annotations

from plumbline.common.manifest import OperatorSpec, TensorSpec
from plumbline.convert.model.graph import Graph, Operator, Tensor
from plumbline.convert.operators.macs import multiply_accumulates


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
