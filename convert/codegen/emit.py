"""Puts a whole model together: plans memory, compiles each operator, prints plumbline_compiled.c."""

from __future__ import annotations

from dataclasses import dataclass

from plumbline.convert.codegen.beginnings import beginnings_of
from plumbline.convert.codegen.ends import ends_of, one_to_one
from plumbline.convert.codegen.helpers import in_order
from plumbline.convert.codegen.names import identifiers
from plumbline.convert.codegen.needs import Needs
from plumbline.convert.codegen.planner import ALIGNMENT, Plan, plan
from plumbline.convert.codegen.templating import environment
from plumbline.convert.model.blockers import of_operators, refusal
from plumbline.convert.model.graph import Graph, Operator
from plumbline.convert.model.model_kind import called
from plumbline.convert.operators.constants import Constant, digest
from plumbline.convert.operators.step import Step
from plumbline.convert.operators.support import registration_of

LARGEST = 4 << 20
"""Bytes of working memory, of constants, and of a flatbuffer that is printed as C: what QEMU's boards have of RAM and of flash, which is more than
most microcontrollers have. A board's own memory is less and counts where one is named."""


@dataclass(frozen=True)
class Compiled:
    """The C source, its header, and the digest a board computes over the constants in it."""

    name: str
    source: str
    header: str
    constants_sha256: str
    constant_bytes: int
    memory: Plan
    helpers: tuple[str, ...]
    """The functions that its operators call, by the names of their templates, in the order they are printed."""


def compile_graph(graph: Graph, name: str, model_sha256: bytes, apart: int = 0) -> Compiled:
    """Compile a model to C99.

    Args:
        graph: the flatbuffer.
        name: the recipe's, for the header comment.
        model_sha256: 32 bytes, the hash of the flatbuffer.
        apart: see `planner.plan`.

    Raises:
        UnsupportedOperator: names all operators that are not there, or not in this form, and their layers.
        ModelRefused: the tensors of some contradict each other.
    """
    steps: list[Step] = []
    names = iter(identifiers(graph))
    found = of_operators(graph.operators, lambda operator: steps.append(compile_one(operator, next(names))))
    if found:
        raise refusal([*called(graph.operators), *(each for each in found if each.what not in {it.what for it in called(graph.operators)})])
    memory = plan(graph, [needs_of(step) for step in steps], apart)
    beginnings = beginnings_of(graph, memory, any(step.ends for step in steps))
    constants = list({constant.name: constant for step in steps for constant in step.constants}.values())  # layers may share a table
    constants += [each.constant for each in beginnings if each.constant is not None]
    calls = [call(graph, memory, number, step) for number, step in enumerate(steps)]
    printed = [step for step, statement in zip(steps, calls, strict=True) if not statement.startswith("//")]
    helpers = tuple(in_order(helper for step in printed for helper in step.helpers))
    constant_bytes = sum(each.values.nbytes for each in constants)
    context = {
        "name": name,
        "model_sha256": model_sha256.hex(),
        "graph": graph,
        "steps": printed,
        "calls": calls,
        "beginnings": beginnings,
        "helpers": helpers,
        "constants": constants,
        "memory_bytes": memory.bytes,
        "constant_bytes": constant_bytes,
        "ends": [(end, memory.offsets[end.tensor.index]) for end in ends_of(graph)],
        "one_to_one": one_to_one(graph),
        "wide_types": wide_types(graph),
    }
    source, header = (environment().get_template(f"plumbline_compiled.{kind}.j2").render(**context) for kind in ("c", "h"))
    return Compiled(name, source, header, digest(model_sha256, constants), constant_bytes, memory, helpers)


def needs_of(step: Step) -> Needs:
    """What a step asks of the memory planner."""
    return Needs(step.in_place, step.scratch_bytes, step.same_bytes, step.shows_variable, step.ends, step.parts, step.joins)


def compile_one(operator: Operator, identifier: str) -> Step:
    """Turn an operator into its C function of that name; raises UnsupportedOperator for one that is not there, and what its check raises."""
    return registration_of(operator).compile(operator, identifier)


def call(graph: Graph, memory: Plan, number: int, step: Step) -> str:
    """The C statement that runs a step, or a comment where there is nothing to do."""
    operator = graph.operators[number]
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
    return f"if (!{called}) return;" if step.ends else f"{called};"


def lies_inside(operator: Operator, memory: Plan, step: Step) -> bool:
    """Whether the outputs lie in the input that they are parts of, or the inputs in the output."""
    sources, results, offsets = operator.run_time_inputs, operator.outputs, step.parts or step.joins
    if not offsets:
        return False
    outer, inner = (sources, results) if step.parts else (results, sources)
    start = memory.offsets[outer[0].index]
    return all(memory.offsets[tensor.index] == start + offset for tensor, offset in zip(inner, offsets, strict=True))


def pointer(offset: int, c_type: str) -> str:
    """A place in the memory as an argument."""
    place = f"memory + {offset}" if offset else "memory"
    return place if c_type == "int8_t" else f"({c_type} *)({place})"


def wide_types(graph: Graph) -> list[tuple[str, str, int]]:
    """The typedefs that its operators need, with the C types that they stand for, and their alignment: the memory's at most."""
    found = {tensor.c_type: tensor for each in graph.operators for tensor in (*each.run_time_inputs, *each.results, *each.variables)}
    return [
        (name, name.removeprefix("plumbline_") + "_t", min(found[name].dtype.itemsize, ALIGNMENT))
        for name in sorted(found)
        if name.startswith("plumbline_")
    ]


__all__ = ["Compiled", "Constant", "compile_graph"]
