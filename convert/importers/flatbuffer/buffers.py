"""What the file calls the variables of CIRCULAR_BUFFER are its outputs, as those of any other operator; its variables lie behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from plumbline.common.errors import UnsupportedOperator
from plumbline.convert.importers.flatbuffer.parse import Parts
from plumbline.convert.model import hints
from plumbline.convert.model.blockers import Blocker, refusal
from plumbline.convert.model.flatbuffer_view import damaged
from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.circular_buffer.reference import cycles_of, with_variables

BUFFER = "CUSTOM:CIRCULAR_BUFFER"


def computed(parts: Parts) -> Parts:
    """The model whose CIRCULAR_BUFFER compute their outputs.

    Raises:
        ModelRefused: one has no output, or several; or its output is no variable, so that TensorFlow Lite Micro gives its bytes to others as well.
        UnsupportedOperator: an output of the model is there before an operator that ends inferences.
    """
    for operator in parts.operators:
        if operator.name == BUFFER and len(operator.outputs) != 1:
            raise damaged(f"a CIRCULAR_BUFFER has {len(operator.outputs)} outputs")
    shown = {tensor.index: tensor for operator in parts.operators if operator.name == BUFFER for tensor in operator.outputs}
    if not shown:
        return parts
    for tensor in shown.values():
        if not tensor.state:
            raise refusal([Blocker(f"the output {tensor.name} of a CIRCULAR_BUFFER, which is no variable", hints.layer())])

    def now(tensor: Tensor) -> Tensor:
        return replace(tensor, state=False) if tensor.index in shown else tensor

    operators = [
        replace(each, inputs=tuple(None if it is None else now(it) for it in each.inputs), outputs=tuple(map(now, each.outputs)))
        for each in parts.operators
    ]
    check_ends(operators, parts.outputs)
    return replace(parts, tensors=tuple(map(now, parts.tensors)), operators=tuple(operators))


def check_ends(operators: Sequence[Operator], outputs: Sequence[int]) -> None:
    """Where inferences end early, all outputs are computed behind the last place where they do: then all of them stay as they were."""
    ending = [number for number, operator in enumerate(operators) if operator.name == BUFFER and cycles_of(operator) > 1]
    early = [tensor for operator in operators[: ending[-1] + 1] for tensor in operator.outputs if tensor.index in outputs] if ending else []
    if early:
        what = f"the output {early[0].name} before a CIRCULAR_BUFFER with which inferences end"
        raise refusal([Blocker(what, hints.changed("Give the output an operator behind it"), UnsupportedOperator)])


def with_buffers(operators: Sequence[Operator], index: int) -> Iterator[Operator]:
    """The operators with the variables of each CIRCULAR_BUFFER among its outputs, counted from `index` on."""
    for operator in operators:
        if operator.name == BUFFER:
            made = with_variables(operator, index)
            index += len(made.outputs) - 1
            yield made
        else:
            yield operator
