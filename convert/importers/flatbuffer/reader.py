"""Reads .tflite bytes into a Graph of inputs, outputs and operators in order, or refuses them with all that stands in the way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from plumbline.common.rows import range_of
from plumbline.common.wire import NANO
from plumbline.convert.importers.flatbuffer.buffers import computed
from plumbline.convert.importers.flatbuffer.fold import fold
from plumbline.convert.importers.flatbuffer.nested import nested
from plumbline.convert.importers.flatbuffer.own_outputs import constant_outputs, with_own_outputs
from plumbline.convert.importers.flatbuffer.parse import Parts, pick, take_apart
from plumbline.convert.importers.flatbuffer.variables import COPIES, resolve
from plumbline.convert.model import hints
from plumbline.convert.model.blockers import Blocker, of_operators, refusal
from plumbline.convert.model.called import with_names
from plumbline.convert.model.flatbuffer_view import damaged
from plumbline.convert.model.graph import Graph, Operator, Tensor
from plumbline.convert.model.model_kind import called, custom, kinds
from plumbline.convert.operators import named
from plumbline.convert.operators.interpreted import INTERPRETED
from plumbline.convert.operators.support import registration_of

NOT_INT8 = ", not quantized int8"
SMALLEST_NORMAL = 2.0**-126
"""Of a float32; a smaller scale has fewer digits, down to none."""
TYPES = ("INT8", "UINT8", "INT16", "INT32", "BOOL")
"""Of ends: a board takes and gives their values as they are. An output may be FLOAT32 too, behind a DEQUANTIZE."""


def read(raw: bytes) -> Graph:
    """Read a model with any number of inputs and outputs, of any of TYPES.

    Args:
        raw: the whole file.

    Raises:
        ModelRefused: it is no flatbuffer, damaged, of another schema version, not static in shape, or has other ends. With the last two it names the
            operators that are not supported; these alone are no reason here, but for `compile_graph`.
    """
    parts, gone = folded(nested(with_own_outputs(computed(take_apart(raw)))))
    found = [*ends(parts, parts.inputs, "input"), *(constant_outputs(parts) or ends(parts, parts.outputs, "output"))]
    found += [*parts.blockers, *states(parts.operators)]
    if found:
        all_of_them = every((*gone, *parts.operators))
        kind = kinds(all_of_them)  # which says why ends are not int8
        found = [each for each in found if not (kind and each.what.endswith(NOT_INT8))]
        raise refusal([*called(all_of_them), *found, *of_layers(parts)])
    resolved = resolve(parts)
    inputs, outputs = (tuple(resolved.tensors[index] for index in indices) for indices in (parts.inputs, parts.outputs))
    check_order(inputs, resolved.operators, outputs)
    check_owners(parts.operators)
    remembers = any(each.name in INTERPRETED and INTERPRETED[each.name].remembers for each in every(resolved.operators))
    graph = Graph(resolved.tensors, resolved.operators, inputs, outputs, parts.names, (*gone, *resolved.gone), remembers)
    if graph.stateful and graph.recurrent:
        hint = hints.changed("Give the model either variables or an LSTM")
        raise refusal([Blocker("variables beside an LSTM, which here begins every inference anew", hint)])
    return with_names(graph)


def folded(parts: Parts) -> tuple[Parts, tuple[Operator, ...]]:
    """The model without the operators whose answers are constants, and these; as it is where shapes may be unknown."""
    if parts.blockers:
        return parts, ()
    parts = replace(parts, operators=tuple(map(what_is_read, parts.operators)))
    found = fold((*parts.tensors, *parts.inner), parts.operators, (*parts.inputs, *parts.outputs))
    own = len(parts.tensors)
    return replace(parts, tensors=found.tensors[:own], operators=found.operators, inner=found.tensors[own:]), found.gone


def what_is_read(operator: Operator) -> Operator:
    """The operator without the run-time input that its kernel does not look at, and so those of the graphs that it runs."""
    if operator.graphs:
        graphs = tuple(replace(each, operators=tuple(map(what_is_read, each.operators))) for each in operator.graphs)
        operator = replace(operator, graphs=graphs)
    registration = named(operator.name)
    place = None if registration is None else registration.unread
    tensor = operator.inputs[place] if place is not None and place < len(operator.inputs) else None
    if tensor is None or not tensor.computed:
        return operator
    return replace(operator, inputs=tuple(None if at == place else each for at, each in enumerate(operator.inputs)))


def of_layers(parts: Parts) -> list[Blocker]:
    """Operators that are not there; where the model is int8 and its shapes are known, also those of a form that is not."""
    known = not parts.blockers and not kinds(every(parts.operators))
    builtin = [operator for operator in parts.operators if custom(operator) is None and not of_variables(operator)]
    return of_operators([each for each in builtin if known or named(each.name) is None], lambda each: registration_of(each).check(each))


def every(operators: tuple[Operator, ...]) -> tuple[Operator, ...]:
    """The operators, and those of the graphs that they run."""
    return tuple(each for operator in operators for each in operator.with_inner)


def of_variables(operator: Operator) -> bool:
    """Whether it refers to variables, which `resolve` checks."""
    found = named(operator.name)
    return found is not None and (found.resolved or operator.name in COPIES)


def ends(parts: Parts, indices: tuple[int, ...], what: str) -> list[Blocker]:
    """What is wrong with the types of the model's inputs or outputs, of which there must be one at least."""
    tensors = [pick(parts.tensors, index) for index in indices]
    if len({tensor.index for tensor in tensors}) != len(tensors):
        raise damaged(f"a tensor is two of the model's {what}s")
    found = [] if tensors else [Blocker(f"the model has no {what}s", hints.one_end())]
    for tensor in tensors:
        if tensor.state:
            raise damaged(f"{tensor.name}, among the model's {what}s, is a variable")
        quantized = tensor.quantization
        odd = quantized is not None and (quantized.per_channel or not within(quantized.zero_point, tensor))
        if odd and tensor.type == "INT8":
            raise damaged(f"{tensor.name}, among the model's {what}s, has the zero points {quantized and quantized.zero_points}")
        given = tensor.type in TYPES or (what == "output" and tensor.type == "FLOAT32" and dequantized(parts.operators, tensor))
        numbers = what == "output" and tensor.elements > 1  # an output of several may be numbers without a scale, as the audio front end's is
        if len(indices) > 1 and what == "input" and not given and not any(tensor in operator.inputs for operator in parts.operators):
            found.append(Blocker("nothing reads the model's input", hints.changed("Leave the input out"), places=(tensor.name,), noun="tensor"))
        elif odd or not given or (tensor.type == "INT8" and quantized is None and not numbers):
            found.append(Blocker(f"the model's {what} is {tensor.type}{NOT_INT8}", hints.not_int8(), places=(tensor.name,), noun="tensor"))
    return found


def dequantized(operators: tuple[Operator, ...], tensor: Tensor) -> bool:
    """Whether a float32 tensor holds what codes stand for, from a DEQUANTIZE or one in a graph: all else that computes floats is refused."""
    return any((operator.name == "DEQUANTIZE" or operator.graphs) and tensor in operator.outputs for operator in operators)


def within(zero_point: int, tensor: Tensor) -> bool:
    """Whether a tensor of integers can hold its zero point."""
    info = np.iinfo(tensor.dtype)
    return info.min <= zero_point <= info.max


def check_scales(graph: Graph) -> None:
    """See that a board and its host can write down the numbers of the model's ends.

    Raises:
        ModelRefused: they are too large for the line, or too small to be told apart.
    """
    found = [problem for tensor in graph.inputs for problem in scale_of(tensor, "input")]
    found += [problem for tensor in graph.outputs for problem in scale_of(tensor, "output")]
    if found:
        raise refusal(found)


def scale_of(tensor: Tensor, what: str) -> list[Blocker]:
    """What is wrong with the scale of an end."""
    if tensor.quantization is None:
        return []
    scale, largest = tensor.quantized.scale, max(map(abs, range_of(tensor)))
    least = 1 / NANO if tensor.elements == 1 else SMALLEST_NORMAL
    hint = hints.changed("Bring inputs and outputs into a range of ordinary numbers")
    if largest >= 2**63 / NANO:
        problem = f"the model's {what} has the scale {scale:g}: its numbers reach {largest:g}, and what passes the line {2**63 / NANO:.3g}"
    elif scale < least:
        problem = f"the model's {what} has the scale {scale:g}, below {least:g}: its steps cannot be told apart"
    else:
        return []
    return [Blocker(problem, hint, places=(tensor.name,), noun="tensor")]


def states(operators: tuple[Operator, ...]) -> list[Blocker]:
    """Supported operators with a memory that do not keep a state: each inference starts a memory anew, which is right for nothing else."""
    hint = hints.changed("Use a stateless layer, or an LSTM,")
    found = []
    for operator in operators:
        registration = named(operator.name)
        if registration is not None and not registration.keeps_state and not registration.remembers:
            for tensor in operator.inputs:
                if tensor is not None and tensor.state:
                    found.append(Blocker(f"{operator.name} reads the variable {tensor.name}", hint, places=(operator.layer,)))
    return found


def check_order(inputs: tuple[Tensor, ...], operators: tuple[Operator, ...], outputs: tuple[Tensor, ...]) -> None:
    """Every tensor is a constant, an input, or written once before it is read; an unknown operator may have memory of its own among its inputs."""
    given = {tensor.index for tensor in inputs}
    known = written(inputs, operators)
    for tensor in outputs:
        if tensor.index not in known or tensor.index in given:
            raise damaged(f"nothing computes the output {tensor.name}")


def written(inputs: tuple[Tensor, ...], operators: tuple[Operator, ...]) -> set[int]:
    """The indices of what operators have written in the end, and of the inputs; checks the order, in graphs that operators run as well."""
    known = {tensor.index for tensor in inputs}
    for operator in operators:
        if not operator.outputs and named(operator.name):
            raise damaged(f"{operator.name} has {len(operator.inputs)} inputs and 0 outputs")
        for tensor in operator.inputs:
            if tensor is not None and tensor.computed and tensor.index not in known and named(operator.name):
                raise damaged(f"{operator.name} reads {tensor.name} before anything has written it")
        for tensor in operator.results:
            if tensor.index in known or not tensor.computed:
                raise damaged(f"{operator.name} writes {tensor.name}, which already has a value")
            known.add(tensor.index)
        for graph in operator.graphs:
            inner = written(graph.inputs, graph.operators)
            for tensor in graph.outputs:
                if tensor.index not in inner and tensor.data is None:
                    raise damaged(f"nothing computes {tensor.name}, which {operator.name} takes")
    return known


def check_owners(operators: tuple[Operator, ...]) -> None:
    """A variable belongs to one recurrent operator."""
    owners: dict[int, Operator] = {}
    for operator in operators:
        for tensor in operator.inputs:
            if tensor is not None and tensor.state and owners.setdefault(tensor.index, operator) is not operator:
                hint = hints.changed("Give each recurrent layer a state of its own")
                raise refusal([Blocker(f"two operators share the variable {tensor.name}", hint)])
