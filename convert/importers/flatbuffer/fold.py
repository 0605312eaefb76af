"""Works out beforehand what in a model has a constant answer: shapes, and all that is computed from constants alone.

A converter leaves such operators where a batch is not fixed: SHAPE, STRIDED_SLICE and PACK tell RESHAPE what its output's shape says already. What
comes behind sees constants. The file stays as it is, and TensorFlow Lite Micro computes them anew in each inference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from plumbline.common.errors import DoesNotFit, ModelRefused, UnsupportedOperator
from plumbline.convert.model import hints
from plumbline.convert.model.blockers import short
from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators import named
from plumbline.convert.operators.macs import multiply_accumulates
from plumbline.convert.operators.registration import Reference, Values

MOST_WORK = 1 << 24
"""Elements that the folded operators of a model read and write, and their multiply-accumulates, all together: some seconds, and more than a board's
flash holds of constants."""


@dataclass(frozen=True)
class Folded:
    """A model whose constants are known."""

    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    """Those that depend on the model's inputs, or write its outputs."""
    gone: tuple[Operator, ...]
    """The others, in order."""


def fold(tensors: Sequence[Tensor], operators: Sequence[Operator], ends: Sequence[int]) -> Folded:
    """Go over the operators in order, and evaluate those whose answers are constants.

    Args:
        tensors, operators: of the model.
        ends: indices of the model's inputs and outputs; an operator that writes one of them stays.

    Raises:
        DoesNotFit: the answers are too much.
    """
    known: dict[int, Tensor] = {}
    taken = set(ends)
    kept: list[Operator] = []
    gone: list[Operator] = []
    work = 0
    for operator in operators:
        here = replace(
            operator,
            inputs=tuple(known.get(tensor.index, tensor) if tensor is not None else None for tensor in operator.inputs),
            outputs=tuple(known.get(tensor.index, tensor) for tensor in operator.outputs),
        )
        taken |= {each.index for each in operator.inputs if each is not None}
        indices = {each.index for each in operator.outputs}
        free = len(indices) == len(operator.outputs) and not indices & taken and all(each.computed for each in operator.outputs)
        taken |= indices
        reference = constant(here) if free else None  # what writes a tensor twice, or after it was read, is for the reader to refuse
        if reference is None:
            kept.append(here)
            continue
        work += effort(here)
        if work > MOST_WORK:
            raise DoesNotFit(
                f"Layer {short(operator.layer)}: {operator.name} and what is before it have constant answers of more than {MOST_WORK:,} steps.",
                hints.changed("Leave large constants out, or give them as they are"),
            )
        gone.append(operator)
        known |= {tensor.index: replace(tensor, data=data) for tensor, data in answers(here, *reference)}
    return Folded(tuple(known.get(tensor.index, tensor) for tensor in tensors), tuple(kept), tuple(gone))


def effort(operator: Operator) -> int:
    """How much there is to do."""
    elements = sum(tensor.elements for tensor in (*operator.inputs, *operator.outputs) if tensor is not None)
    return elements + (multiply_accumulates(operator) or 0)


def constant(operator: Operator) -> tuple[Reference, Values] | None:
    """What computes a constant answer, and from which values (1, elements); None for an operator that has none, or is not supported.

    An operator's own reference is for tensors computed at run time, of which there must be one. So the first of its constants that may be one plays
    that part.
    """
    registration = named(operator.name)
    if registration is None or not operator.outputs:
        return None
    if registration.constant_answer:
        reference = checked(operator)
        return None if reference is None else (reference, np.empty((1, 0), np.int8))
    if not all(tensor is None or tensor.data is not None for tensor in operator.inputs):
        return None
    for place, tensor in enumerate(operator.inputs):
        if tensor is not None:
            given = (*operator.inputs[:place], replace(tensor, data=None), *operator.inputs[place + 1 :])
            reference = checked(replace(operator, inputs=given))
            if reference is not None:
                return reference, tensor.values().reshape(1, -1)
    return None


def checked(operator: Operator) -> Reference | None:
    """The reference of an operator, or None where it is not of a form that is supported: then its place in the graph says why."""
    found = named(operator.name)
    try:
        return None if found is None else found.reference(operator)
    except (ModelRefused, UnsupportedOperator):
        return None


def answers(operator: Operator, reference: Reference, values: Values) -> Iterator[tuple[Tensor, bytes]]:
    """The outputs of an operator with their bytes."""
    found = reference.answer(values)
    for tensor, answer in zip(operator.outputs, found if isinstance(found, tuple) else (found,), strict=True):
        yield tensor, np.ascontiguousarray(answer, tensor.dtype).tobytes()
