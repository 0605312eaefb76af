"""What a manifest promises that follows from the model: worked out when it is written, and once more when a board is held to it."""

from __future__ import annotations

from typing import Any, cast

from plumbline.common.evidence import TRANSPARENT
from plumbline.common.manifest import OperatorSpec, TensorSpec
from plumbline.common.rows import range_of
from plumbline.convert.model.graph import Graph, Operator, Tensor
from plumbline.convert.operators.macs import multiply_accumulates


def end_specs(graph: Graph, tensors: tuple[Tensor, ...]) -> tuple[TensorSpec, ...]:
    """Inputs or outputs of a model as the manifest has them."""
    return tuple(TensorSpec(graph.name_of(each), cast(Any, each.type), each.shape, each.bytes, each.scale, each.zero_point) for each in tensors)


def operator_specs(graph: Graph) -> tuple[OperatorSpec, ...]:
    """The operators as the manifest has them."""
    deciding = [decider(graph, output) for output in graph.outputs]
    return tuple(operator_spec(each, tuple(n for n, decides in enumerate(deciding) if decides is each)) for each in graph.operators)


def decider(graph: Graph, output: Tensor) -> Operator | None:
    """The last operator on the way to an output that does more than change its shape, scale or type; None where there is none."""
    writers = {tensor.index: operator for operator in graph.operators for tensor in operator.outputs}
    found = writers.get(output.index)
    while found is not None and found.name in TRANSPARENT and found.run_time_inputs:
        found = writers.get(found.run_time_inputs[0].index)
    return found


def operator_spec(operator: Operator, computes: tuple[int, ...]) -> OperatorSpec:
    """An operator as the manifest has it."""
    constants = [tensor for tensor in operator.inputs if tensor is not None and tensor.data is not None]
    return OperatorSpec(
        operator.name,
        operator.version,
        operator.layer,
        operator.per_channel,
        operator.outputs[0].shape if operator.outputs else (),
        sum(tensor.bytes for tensor in constants),
        multiply_accumulates(operator),
        computes,
        operator.called,
    )


def reach(graph: Graph) -> float:
    """What no error can exceed: the whole range of the output, of the widest where there are several."""
    return max(high - low for low, high in map(range_of, graph.outputs))
