"""The C statements that run the operators of a model: calls of their functions, copies, and the blocks of branches and loops around them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from plumbline.convert.codegen.layout import MOVE, OWN, Layout, Line
from plumbline.convert.codegen.planner import Plan
from plumbline.convert.codegen.templating import comment
from plumbline.convert.model.graph import Graph, Operator, Tensor
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.step import Step

INDENT = "    "


def statements(lines: Sequence[Line], graph: Graph, memory: Plan, calls: Sequence[str]) -> str:
    """What runs one operator of the model, as lines of C.

    Args:
        lines: of its layout.
        graph: the model as it is laid out.
        memory: where its tensors are.
        calls: the statement of each operator laid out; empty where there is nothing to do.
    """
    result: list[str] = []
    for line in without_empty_blocks([line for line in lines if line.kind != "run" or calls[line.number]]):
        text = calls[line.number] if line.kind == "run" else block(line, graph, memory)
        result += [INDENT * line.depth + each for each in text.split("\n")]
    return f"\n{INDENT}".join(result)


def without_empty_blocks(lines: Sequence[Line]) -> list[Line]:
    """An else that holds nothing goes, and an if that does is turned into its contrary."""
    result: list[Line] = []
    for line in lines:
        if line.kind == "else" and result[-1].kind == "if":
            result[-1] = Line("if not", result[-1].depth, result[-1].number, result[-1].what)
            continue
        if line.kind == "end" and result[-1].kind in ("if", "if not", "else") and result.pop().kind != "else":
            continue
        result.append(line)
    return result


def block(line: Line, graph: Graph, memory: Plan) -> str:
    """Where a block begins or ends."""
    if line.kind in ("else", "end"):
        return "} else {" if line.kind == "else" else "}"
    if line.kind == "loop":
        return f"for (;;) {{ // {comment(line.what)}"
    tested = condition(graph.operators[line.number].inputs[0], memory)
    if line.kind == "leave":
        return braced(f"!{tested}", "break")
    return f"if ({'!' if line.kind == 'if not' else ''}{tested}) {{ // {comment(line.what)}"


def braced(tested: str, then: str) -> str:
    """An if of one statement."""
    return f"if ({tested}) {{\n{INDENT}{then};\n}}"


def condition(tensor: Tensor | None, memory: Plan) -> str:
    """The first byte of a truth value."""
    assert tensor is not None
    return str(int(tensor.data[0] != 0)) if tensor.data is not None else f"memory[{memory.offsets[tensor.index]}]"


def is_named(operator: Operator) -> bool:
    """Whether something in C has a name because of this operator."""
    return operator.name not in OWN or (operator.name == MOVE and not operator.run_time_inputs)


def is_idle(operator: Operator) -> bool:
    """Whether it copies a tensor to itself."""
    return operator.name == MOVE and [tensor.index for tensor in operator.run_time_inputs] == [operator.outputs[0].index]


def called_in(layout: Layout) -> list[str]:
    """What operators are called because of which something in C has a name."""
    return [name for operator, name in zip(layout.graph.operators, layout.names, strict=True) if is_named(operator)]


def operator_names(layout: Layout, names: Sequence[str]) -> list[str]:
    """What each operator of the model is called in C; one that others run inside of goes by the first of those, empty without any."""
    given = iter(names)
    found = [next(given) if is_named(operator) else "" for operator in layout.graph.operators]
    return [next((found[line.number] for line in lines if line.kind == "run" and found[line.number]), "") for lines in layout.lines]


def compile_move(operator: Operator, name: str) -> Step:
    """What the layout adds has no function; what copies a constant has this."""
    source = operator.inputs[0]
    if operator.name != MOVE or source is None:
        return Step(name, None, (), (), {})
    if source.data is None:
        return Step(name, None, ("move_bytes",), (), {})
    values = np.frombuffer(source.data, {"FLOAT32": np.int8, "BOOL": np.uint8}.get(source.type, source.dtype))
    return Step(name, None, ("move_bytes",), (Constant(f"{name}_value", values, f"what {operator.outputs[0].name} begins with"),), {})


def call(graph: Graph, memory: Plan, number: int, step: Step) -> str:
    """The C statement that runs a step, or a comment where there is nothing to do."""
    operator = graph.operators[number]
    if operator.name in OWN:
        return move(operator, memory, step)
    if not step.template:
        return f"// {step.name} only changes the shape"
    tensors = (*operator.run_time_inputs, *([] if step.shows_variable else operator.results), *operator.variables)
    places = [(memory.offsets[tensor.index], tensor.c_type) for tensor in tensors]
    if step.copies and len({offset for offset, _ in places}) == 1:
        return f"// {step.name} finds its value in place"
    if lies_inside(operator, memory, step):
        return f"// {step.name} finds its {'parts' if step.parts else 'inputs'} in place"
    if number in memory.scratch:
        places.append((memory.scratch[number], "int8_t"))
    called = f"{step.name}({', '.join(pointer(*place) for place in places)})"
    return braced(f"!{called}", "return") if step.ends else f"{called};"


def move(operator: Operator, memory: Plan, step: Step) -> str:
    """The copy of a tensor; empty where both are the same bytes, or nothing is copied."""
    if operator.name != MOVE:
        return ""
    source, target = operator.inputs[0], operator.outputs[0]
    assert source is not None
    at = memory.offsets[target.index]
    if source.data is None and memory.offsets[source.index] == at:
        return ""
    found = step.constants[0].name if step.constants else pointer(memory.offsets[source.index], "int8_t")
    return f"plumbline_move_bytes({pointer(at, 'int8_t')}, {found}, {target.bytes});"


def lies_inside(operator: Operator, memory: Plan, step: Step) -> bool:
    """Whether the outputs lie in the input that they are parts of, or the inputs in the output."""
    sources, results, offsets = operator.run_time_inputs, operator.outputs, step.parts or step.joins
    if not offsets:
        return False
    outer, inner = (sources, results) if step.parts else (results, sources)
    start = memory.offsets[outer[0].index]
    return all(memory.offsets[tensor.index] == start + offset for tensor, offset in zip(inner, offsets, strict=True))


def pointer(offset: int, c_type: str) -> str:
    """A place in the memory as an argument; by way of void, as the plan has aligned it for wider types and a compiler cannot know."""
    place = f"memory + {offset}" if offset else "memory"
    return place if c_type == "int8_t" else f"({c_type} *)(void *)({place})"
