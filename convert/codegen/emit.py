"""Puts a whole model together: plans memory, compiles each operator, prints the C file and, for Plumbline's own firmware, its header."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from plumbline.convert.codegen.beginnings import Beginning, beginnings_of
from plumbline.convert.codegen.coalesce import coalesced
from plumbline.convert.codegen.ends import ends_of, one_to_one
from plumbline.convert.codegen.helpers import in_order
from plumbline.convert.codegen.layout import OWN, TEST, layout
from plumbline.convert.codegen.names import identifiers
from plumbline.convert.codegen.naming import FIRMWARE, Naming
from plumbline.convert.codegen.needs import Needs
from plumbline.convert.codegen.planner import ALIGNMENT, Plan, plan
from plumbline.convert.codegen.sharing import helper_parts, part
from plumbline.convert.codegen.statements import call, called_in, compile_move, is_idle, is_named, operator_names, statements
from plumbline.convert.codegen.templating import environment
from plumbline.convert.model.blockers import Blocker, of_operators, refusal
from plumbline.convert.model.graph import Graph, Operator, Tensor
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
    layers: tuple[str, ...]
    """What each operator of the model is called in C, without what stands before every name of the model."""
    beginnings: tuple[Beginning, ...]
    """What a reset writes."""


def compile_graph(graph: Graph, name: str, model_sha256: bytes, apart: int = 0, naming: Naming = FIRMWARE) -> Compiled:
    """Compile a model to C99.

    Args:
        graph: the flatbuffer.
        name: the recipe's, for the header comment.
        model_sha256: 32 bytes, the hash of the flatbuffer.
        apart: see `planner.plan`.
        naming: of what is printed; the header is empty where it is somebody else's firmware, whose header says more than the code knows.

    Raises:
        UnsupportedOperator: names all operators that are not there, or not in this form, and their layers.
        ModelRefused: the tensors of some contradict each other.
    """
    if any(operator.graphs for operator in graph.operators):  # only what has been checked is laid out
        refuse(graph, of_operators(graph.operators, lambda operator: registration_of(operator).check(operator)))
    laid_out = layout(graph)
    own = identifiers(called_in(laid_out), prefixed=bool(naming.layers))
    names = iter([naming.layers + each for each in own])
    steps: list[Step] = []
    refuse(graph, of_operators(laid_out.graph.operators, lambda operator: steps.append(compile_any(operator, names))))
    needs = [needs_of(step) for step in steps]
    same = {} if laid_out.straight else coalesced(laid_out, needs)
    flat = joined(laid_out.graph, same)
    memory = plan(flat, needs, apart)
    memory = replace(memory, offsets={**memory.offsets, **{index: memory.offsets[other] for index, other in same.items() if other in memory.offsets}})
    beginnings = beginnings_of(graph, memory, any(step.ends for step in steps), called_in(laid_out), naming.layers)
    constants = list({constant.name: constant for step in steps for constant in step.constants}.values())  # layers may share a table
    constants += [each.constant for each in beginnings if each.constant is not None]
    calls = [call(flat, memory, number, step) for number, step in enumerate(steps)]
    printed = [step for step, statement in zip(steps, calls, strict=True) if statement and not statement.startswith("//")]
    helpers = tuple(in_order(helper for step in printed for helper in step.helpers))
    constant_bytes = sum(each.values.nbytes for each in constants)
    types = wide_types(laid_out.graph)
    context = {
        "name": name,
        "naming": naming,
        "model_sha256": model_sha256.hex(),
        "graph": graph,
        "steps": [step for step in printed if step.template],
        "calls": [statements(lines, flat, memory, calls) for lines in laid_out.lines],
        "beginnings": beginnings,
        "helpers": helpers,
        "helper_parts": [] if naming.own_firmware else helper_parts(helpers),
        "type_parts": [] if naming.own_firmware else [part(f"type_{each[0]}", str(each)) for each in types],
        "table_parts": {each.name: part(f"table_{each.name}", each.as_memory().hex()) for each in constants if each.shared},
        "constants": constants,
        "memory_bytes": memory.bytes,
        "constant_bytes": constant_bytes,
        "ends": [(end, memory.offsets[end.tensor.index]) for end in ends_of(graph)],
        "one_to_one": one_to_one(graph),
        "wide_types": types,
    }
    source = environment().get_template("model.c.j2").render(**context)
    header = environment().get_template("plumbline_compiled.h.j2").render(**context) if naming.own_firmware else ""
    layers = tuple(operator_names(laid_out, own))
    return Compiled(name, source, header, digest(model_sha256, constants), constant_bytes, memory, helpers, layers, tuple(beginnings))


def refuse(graph: Graph, found: Sequence[Blocker]) -> None:
    """Raise what was found, if anything, with what the whole model is called."""
    if found:
        kinds = called(graph.with_inner)
        raise refusal([*kinds, *(each for each in found if each.what not in {it.what for it in kinds})])


def joined(graph: Graph, same: Mapping[int, int]) -> Graph:
    """A model whose tensors go by the index of the one that they share their bytes with, so that nothing is written by a copy between such."""
    if not same:
        return graph

    def now(tensor: Tensor) -> Tensor:
        return replace(tensor, index=same.get(tensor.index, tensor.index))

    operators = tuple(
        replace(each, inputs=tuple(None if it is None else now(it) for it in each.inputs), outputs=tuple(map(now, each.outputs)))
        for each in graph.operators
    )
    operators = tuple(replace(each, name=TEST, outputs=()) if is_idle(each) else each for each in operators)
    return replace(graph, operators=operators, inputs=tuple(map(now, graph.inputs)), outputs=tuple(map(now, graph.outputs)))


def needs_of(step: Step) -> Needs:
    """What a step asks of the memory planner."""
    return Needs(step.in_place, step.scratch_bytes, step.same_bytes, step.shows_variable, step.ends, step.parts, step.joins)


def compile_any(operator: Operator, names: Iterator[str]) -> Step:
    """`compile_one` of an operator of the file under the next of these names; one that the layout adds only has what it copies."""
    if operator.name not in OWN:
        return compile_one(operator, next(names))
    return compile_move(operator, next(names) if is_named(operator) else "")


def compile_one(operator: Operator, identifier: str) -> Step:
    """Turn an operator into its C function of that name; raises UnsupportedOperator for one that is not there, and what its check raises."""
    return registration_of(operator).compile(operator, identifier)


def wide_types(graph: Graph) -> list[tuple[str, str, int]]:
    """The typedefs that its operators need, with the C types that they stand for, and their alignment: the memory's at most."""
    operators = [each for each in graph.operators if each.name not in OWN]
    found = {tensor.c_type: tensor for each in operators for tensor in (*each.run_time_inputs, *each.results, *each.variables)}
    return [
        (name, name.removeprefix("plumbline_") + "_t", min(found[name].dtype.itemsize, ALIGNMENT))
        for name in sorted(found)
        if name.startswith("plumbline_")
    ]


__all__ = ["Compiled", "Constant", "compile_graph"]
