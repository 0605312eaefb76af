"""Finds a model's variables: what VAR_HANDLE names, CALL_ONCE initializes, and READ_VARIABLE and ASSIGN_VARIABLE go by.

In the file these share a tensor of type RESOURCE, which holds no more than the variable's number. In a graph the operators refer to the variable.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from plumbline.common.errors import UnsupportedOperator
from plumbline.convert.importers.flatbuffer.buffers import BUFFER, with_buffers
from plumbline.convert.importers.flatbuffer.parse import Parts, Section
from plumbline.convert.model import hints
from plumbline.convert.model.blockers import Blocker, refusal
from plumbline.convert.model.flatbuffer_view import damaged
from plumbline.convert.model.graph import NUMPY_TYPES, Operator, Tensor
from plumbline.convert.operators import named
from plumbline.convert.operators.shared.variables.handles import CallOnceOptions, VarHandleOptions

COPIES = ("READ_VARIABLE", "ASSIGN_VARIABLE")


@dataclass(frozen=True)
class Resolved:
    """A model whose operators refer to variables."""

    tensors: tuple[Tensor, ...]
    """All that the main subgraph has, and behind those of all subgraphs the variables."""
    operators: tuple[Operator, ...]
    gone: tuple[Operator, ...]
    """Those that only told of variables, without their handles."""


def resolve(parts: Parts) -> Resolved:
    """Put variables in the place of handles.

    Raises:
        ModelRefused: nothing assigns a variable that is read, two containers share a name, or the operators are out of order.
        UnsupportedOperator: a variable begins with a value that is computed.
    """
    found = Variables(parts)
    tensors = tuple(remembered(tensor, parts.operators) if tensor.state else tensor for tensor in parts.tensors)
    kept = tuple(replace(tensor, used=False) if tensor.index in found.handles else tensor for tensor in tensors)
    inner = {tensor.index: tensor for tensor in parts.inner}
    further = [inner.pop(each.index, replace(each, used=False)) for section in parts.sections for each in section.tensors]
    further += inner.values()
    gone = tuple(replace(each, outputs=()) for each in parts.operators if (known := named(each.name)) is not None and known.resolved)
    operators = tuple(exchanged(each, kept) for each in found.kept(parts.operators))
    tensors = (*kept, *further, *found.variables.values())
    buffers = tuple(with_buffers(operators, len(tensors)))
    own = (tensor for each in buffers if each.name == BUFFER for tensor in each.outputs[1:])
    return Resolved((*tensors, *own), buffers, gone)


def remembered(tensor: Tensor, operators: Sequence[Operator]) -> Tensor:
    """A state with its value after a reset, where the operator that has it keeps it from one inference to the next."""
    owners = {operator.name for operator in operators if any(each is not None and each.index == tensor.index for each in operator.inputs)}
    kept = any(known.remembers for known in map(named, owners) if known is not None)
    return replace(tensor, initial=beginning(tensor)) if kept and tensor.type in NUMPY_TYPES else tensor


def exchanged(operator: Operator, tensors: Sequence[Tensor]) -> Operator:
    """An operator with the tensors as they are in the graph, where it has others of the same index."""

    def now(tensor: Tensor) -> Tensor:
        return tensors[tensor.index] if tensor.index < len(tensors) else tensor

    inputs = tuple(None if each is None else now(each) for each in operator.inputs)
    return replace(operator, inputs=inputs, outputs=tuple(map(now, operator.outputs)))


def beginning(tensor: Tensor) -> bytes:
    """What TensorFlow Lite Micro sets every byte of a variable to: the zero point of int8 codes, of others 0 (micro_interpreter_graph.cc)."""
    zero_point = tensor.quantization.zero_point if tensor.type == "INT8" and tensor.quantization is not None else 0
    return bytes([zero_point & 0xFF])


@dataclass
class Variables:
    """The variables of a model by their names, in the order in which TensorFlow Lite Micro gives them memory."""

    parts: Parts
    handles: dict[int, str] = field(default_factory=dict)
    """The name of the variable that a tensor stands for, by the tensor's index."""
    containers: dict[str, str] = field(default_factory=dict)
    """Of the variables, by their names."""
    variables: dict[str, Tensor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        operators = [*self.parts.operators, *(each for section in self.parts.sections for each in section.operators)]
        for operator in operators:
            if operator.name == "VAR_HANDLE":
                self.note_handle(operator)
        own = {tensor.index for section in self.parts.sections for tensor in section.tensors}
        index = len(self.parts.tensors) + len(own | {tensor.index for tensor in self.parts.inner})
        for operator in operators:
            if operator.name == "ASSIGN_VARIABLE" and self.name_of(operator) not in self.variables:
                name = self.name_of(operator)
                self.variables[name] = given_memory(operator, name, index + len(self.variables))

    def note_handle(self, operator: Operator) -> None:
        """The name behind a VAR_HANDLE, whose container decides nothing as long as there is one."""
        options = operator.options
        if not isinstance(options, VarHandleOptions) or len(operator.outputs) != 1 or operator.outputs[0].type != "RESOURCE":
            raise damaged("VAR_HANDLE names no variable")
        before = self.containers.setdefault(options.shared_name, options.container)
        if before != options.container:
            what = f"the variables {options.shared_name} of the containers {before!r} and {options.container!r}, which share a name"
            raise refusal([Blocker(what, hints.changed("Give each variable a name of its own"))])
        self.handles[operator.outputs[0].index] = options.shared_name

    def name_of(self, operator: Operator) -> str:
        """Of the variable that an operator reads or assigns."""
        handle = operator.inputs[0] if operator.inputs else None
        if handle is None or handle.index not in self.handles:
            what = f"{operator.name} of a variable that no VAR_HANDLE beside it names"
            raise refusal([Blocker(what, hints.layer(), UnsupportedOperator, (operator.layer,))])
        return self.handles[handle.index]

    def kept(self, operators: Sequence[Operator]) -> Iterator[Operator]:
        """The operators that remain, referring to variables; CALL_ONCE gives these their values."""
        begun = False
        for operator in operators:
            if operator.name == "CALL_ONCE":
                if begun:
                    raise refusal([Blocker("a CALL_ONCE behind an operator that has a variable", hints.layer(), UnsupportedOperator)])
                self.initialize(section_of(self.parts, operator))
            elif operator.name == "READ_VARIABLE":
                begun = True
                yield replace(operator, inputs=(self.variable(operator),))
            elif operator.name == "ASSIGN_VARIABLE":
                begun = True
                yield replace(operator, inputs=operator.inputs[1:], outputs=(self.variable(operator),))
            elif operator.name != "VAR_HANDLE":
                begun = begun or operator.name == BUFFER
                yield operator

    def variable(self, operator: Operator) -> Tensor:
        name = self.name_of(operator)
        if name not in self.variables:
            what = f"{operator.name} of the variable {name}, which nothing assigns: TensorFlow Lite Micro reserves no memory for it"
            raise refusal([Blocker(what, hints.changed("Assign the variable"))])
        return self.variables[name]

    def initialize(self, section: Section) -> None:
        """What the subgraph of a CALL_ONCE assigns is what variables begin with."""
        for operator in section.operators:
            value = operator.inputs[1] if operator.name == "ASSIGN_VARIABLE" and len(operator.inputs) == 2 else None
            if operator.name == "VAR_HANDLE":
                continue
            if value is None or value.data is None:
                what = f"a CALL_ONCE that computes ({operator.name}): variables begin with constants only"
                raise refusal([Blocker(what, hints.changed("Initialize variables with constants"), UnsupportedOperator, (operator.layer,))])
            variable = self.variable(operator)
            if len(value.data) != variable.bytes:
                raise damaged(f"the variable {variable.name} of {variable.bytes} bytes begins with {len(value.data)}")
            self.variables[self.name_of(operator)] = replace(variable, initial=value.data)


def given_memory(operator: Operator, name: str, index: int) -> Tensor:
    """The variable as the first operator that assigns it makes it (MicroResourceVariables::Allocate in micro_resource_variable.cc)."""
    value = operator.inputs[1] if len(operator.inputs) == 2 else None
    if value is None or value.type not in NUMPY_TYPES:
        raise damaged(f"ASSIGN_VARIABLE gives {name} no value")
    zero_point = 0 if value.quantization is None else value.quantization.zero_points[0]
    return replace(value, index=index, name=name, data=None, state=True, initial=bytes([zero_point & 0xFF]))


def section_of(parts: Parts, operator: Operator) -> Section:
    """The subgraph that a CALL_ONCE runs."""
    options = operator.options
    if not isinstance(options, CallOnceOptions) or not 0 < options.init_subgraph_index <= len(parts.sections):
        raise damaged(f"CALL_ONCE runs a subgraph that is none of the model's further {len(parts.sections)}")
    return parts.sections[options.init_subgraph_index - 1]
