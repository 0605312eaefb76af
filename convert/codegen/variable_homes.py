"""Which tensors lie in a variable's own bytes, so that nothing is copied.

A variable has bytes that nobody else gets. What READ_VARIABLE gives is these bytes as long as nobody assigns the variable before the last reader is
done. What ASSIGN_VARIABLE takes is written there to begin with, where nobody needs the old value by then.
"""

from __future__ import annotations

from collections.abc import Sequence

from plumbline.convert.codegen.needs import Needs, first_uses, last_uses, renames, rewritten
from plumbline.convert.model.graph import Graph

READ, ASSIGN = "READ_VARIABLE", "ASSIGN_VARIABLE"


def read_in_place(graph: Graph, needs: Sequence[Needs], last: dict[int, int]) -> set[int]:
    """The operators, by their places, whose outputs may be the variable itself: those that always are, and READ_VARIABLE."""
    values = same_values(graph, needs)
    result = {step for step, each in enumerate(needs) if each.shows_variable}
    for step, operator in enumerate(graph.operators):
        if operator.name == READ:
            target, variable = operator.outputs[0].index, operator.variables[0].index
            until = max(last[index] for index, value in values.items() if value == values[target] and index in last)
            if not any(step < at < until for at in steps_of(graph, ASSIGN, variable)):
                result.add(step)
    return result


def assigned_in_place(graph: Graph, needs: Sequence[Needs], homes: dict[int, int]) -> dict[int, int]:
    """`homes` with what is assigned to a variable in the variable's bytes, where that is possible."""
    for variable in graph.variables:
        assigned = steps_of(graph, ASSIGN, variable.index)
        inputs = [tensor for at in assigned for tensor in graph.operators[at].run_time_inputs]
        if (
            len(assigned) == len(inputs) == 1
            and inputs[0].index not in rewritten(graph)
            and may_lie_in(graph, needs, homes, variable.index, inputs[0].index, assigned[0])
        ):
            home = homes[inputs[0].index]
            homes = {index: variable.index if other == home else other for index, other in homes.items()}
    return homes


def may_lie_in(graph: Graph, needs: Sequence[Needs], homes: dict[int, int], variable: int, value: int, assigned: int) -> bool:
    """Whether a tensor, and what lay in its bytes before it, may lie in the variable that it is assigned to at the step `assigned`."""
    first, last, values, home = first_uses(graph), last_uses(graph), same_values(graph, needs), homes[value]
    members = [index for index, other in homes.items() if other == home and index in last]
    begins = min(first[index] for index in members)
    overwritten = any(first[index] > first[values[value]] and values[index] != values[value] for index in members)
    if begins < 0 or overwritten:  # the model's input, or the bytes of another variable
        return False
    if any(begins < at < assigned for at in steps_of(graph, READ, variable)):
        return False
    old = [index for index, other in homes.items() if other == variable and index != variable and first[index] < assigned]
    writer = graph.operators[begins]
    at_once: set[int] = set()
    if writer.outputs[0].index in members:
        size = graph.tensors[variable].bytes
        at_once = {each.index for place, each in enumerate(writer.run_time_inputs) if place in needs[begins].in_place and each.bytes == size}
    return all(last[index] < begins or (last[index] == begins and index in at_once) for index in old)


def kept_outputs(graph: Graph, needs: Sequence[Needs]) -> set[int]:
    """The model's outputs, and the tensors that they are another shape of, where an inference that ends early must leave them as they were."""
    if not any(each.ends for each in needs):
        return set()
    values = same_values(graph, needs)
    outputs = {values[tensor.index] for tensor in graph.outputs}
    return {index for index, value in values.items() if value in outputs}


def same_values(graph: Graph, needs: Sequence[Needs]) -> dict[int, int]:
    """The tensor of which each run-time tensor is another shape, by index; itself for all others."""
    result = {tensor.index: tensor.index for tensor in graph.tensors if tensor.computed}
    for operator, each in zip(graph.operators, needs, strict=True):
        if renames(operator, each):
            result[operator.outputs[0].index] = result[operator.run_time_inputs[0].index]
    return result


def steps_of(graph: Graph, name: str, variable: int) -> list[int]:
    """Where operators of a name read or assign a variable."""
    return [
        step for step, operator in enumerate(graph.operators) if operator.name == name and any(each.index == variable for each in operator.variables)
    ]
