"""IF and WHILE: what the reader makes of their graphs, what is folded and what refused, and that all of it answers as the wheel does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from plumbline.common.errors import DoesNotFit, ModelRefused, PlumblineError
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.graph import Graph
from plumbline.convert.operators.add.reference import AddOptions
from plumbline.convert.operators.cases import BOOL, INT32, RESOURCE, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.concatenation.reference import ConcatenationOptions
from plumbline.convert.operators.fully_connected.reference import FullyConnectedOptions
from plumbline.convert.operators.shared.control import inner
from plumbline.convert.operators.shared.control.options import IfOptions, WhileOptions
from plumbline.convert.operators.shared.variables.handles import VarHandleOptions
from plumbline.convert.references import reference_interpreter, tflm
from tests.support.input_rows import asked_of
from tests.support.tflite_writer import write_case

ADD = AddOptions("NONE")


def codes(name: str, shape: tuple[int, ...] = (1, 3), data: list[int] | None = None) -> TensorSpec:
    return TensorSpec(name, shape, (0.5,), (-7,), None if data is None else np.array(data, np.int8).reshape(shape))


def count(name: str, data: int | None = None) -> TensorSpec:
    return TensorSpec(name, (), data=None if data is None else np.array(data, np.int32), kind=INT32)


def truth(name: str, data: bool | None = None) -> TensorSpec:
    return TensorSpec(name, (), data=None if data is None else np.array(data), kind=BOOL)


def turns(most: int) -> Case:
    """The condition of a loop of so many turns, whose variables are a number and codes."""
    return Case([count("i"), codes("x"), count("most", most), truth("less")], [CaseOperator("LESS", (0, 2), (3,))], (0, 1), (3,))


NEXT = CaseOperator("ADD", (0, 2), (3,), ADD)
"""The number of turns so far and one more."""
DOUBLED = Case(
    [count("i"), codes("x"), count("one", 1), count("next"), codes("more")], [NEXT, CaseOperator("ADD", (1, 1), (4,), ADD)], (0, 1), (3, 4)
)


def loop(cond: Case | None = None, body: Case = DOUBLED) -> Case:
    """Doubles codes three times over."""
    tensors = [codes("input"), count("start", 0), count("loop/turns"), codes("loop/out")]
    operators = [CaseOperator("WHILE", (1, 0), (2, 3), WhileOptions(1, 2))]
    return Case(tensors, operators, (0,), (3,), (turns(3) if cond is None else cond, body))


def branch(condition: TensorSpec | None = None) -> Case:
    """The larger of two codes each, or the sum."""
    given = [codes("x"), codes("y"), codes("made")]
    largest = Case(given, [CaseOperator("MAXIMUM", (0, 1), (2,))], (0, 1), (2,))
    total = Case(given, [CaseOperator("ADD", (0, 1), (2,), ADD)], (0, 1), (2,))
    tensors = [codes("one"), codes("other"), condition or truth("which"), codes("either")]
    inputs = (0, 1) if condition is not None else (0, 1, 2)
    return Case(tensors, [CaseOperator("IF", (2, 0, 1), (3,), IfOptions(1, 2))], inputs, (3,), (largest, total))


def agrees(case: Case) -> Graph:
    """The graph of a case that compiles, and whose reference answers as the wheel does."""
    raw = write_case(case)
    graph = read(raw)
    compile_graph(graph, "case", bytes(32))
    rows, starts = asked_of(np.random.default_rng(5), graph)
    answers = reference_interpreter.run(graph, rows, starts=starts)
    if tflm.available():
        np.testing.assert_array_equal(answers, tflm.Interpreter(raw, graph).run(rows, starts))
    return graph


def invoked(graph: Graph) -> str:
    """The C function that runs a model."""
    return compile_graph(graph, "case", bytes(32)).source.partition("void plumbline_compiled_invoke")[2].partition("\n}\n")[0]


def test_a_loop_runs_on_the_bytes_of_its_variables() -> None:
    graph = agrees(loop())
    (operator,) = graph.operators
    assert [(each.name, [it.layer for it in each.operators]) for each in operator.graphs] == [
        ("cond", ["loop/cond/most"]),
        ("body", ["loop/body/one", "loop/body/more"]),
    ]
    source = invoked(graph)
    assert source.count("move_bytes(") == 1  # the start of the count
    assert source.index("for (;;) { // loop") < source.index("loop_cond_most(") < source.index("break;") < source.index("loop_body_more(")


def test_variables_change_places() -> None:
    """Each copy out of the body would overwrite what the next one reads, had they no memory of their own."""
    given = [count("i"), codes("x"), count("one", 1), count("next"), codes("y")]
    body = Case(given, [NEXT], (0, 1, 4), (3, 4, 1))
    cond = turns(3)
    cond = replace(cond, tensors=[*cond.tensors, codes("y")], inputs=(0, 1, 4))
    tensors = [codes("a"), count("start", 0), count("turns"), codes("first"), codes("second"), codes("b"), codes("sum")]
    operators = [CaseOperator("WHILE", (1, 0, 5), (2, 3, 4), WhileOptions(1, 2)), CaseOperator("ADD", (3, 5), (6,), ADD)]
    agrees(Case(tensors, operators, (0, 5), (3, 4, 6), (cond, body)))


def test_a_branch_is_taken_by_what_the_input_says() -> None:
    graph = agrees(branch())
    source = invoked(graph)
    assert source.index("if (memory[") < source.index("either_then_") < source.index("} else {") < source.index("either_else_")
    assert "move_bytes" not in source


@pytest.mark.parametrize(("taken", "name", "other"), [(True, "MAXIMUM", "ADD"), (False, "ADD", "MAXIMUM")])
def test_a_constant_condition_leaves_its_branch(taken: bool, name: str, other: str) -> None:
    graph = agrees(branch(truth("which", taken)))
    assert [each.name for each in graph.operators] == [name]
    assert {inner.name for each in graph.folded for inner in each.with_inner} >= {"IF", other}


def test_a_branch_that_hands_through_what_it_is_given_stays_without_the_other() -> None:
    case = branch(truth("which", True))
    through = Case([codes("x"), codes("y")], [], (0, 1), (1,))
    graph = agrees(replace(case, subgraphs=(through, case.subgraphs[1])))
    assert [len(each.graphs) for each in graph.operators] == [1]
    assert "if (" not in invoked(graph)


def test_weights_that_a_loop_hands_on_are_constants() -> None:
    weights = TensorSpec("w", (3, 3), (0.01,), (0,), np.arange(-4, 5, dtype=np.int8).reshape(3, 3))
    given = [count("i"), codes("x"), count("one", 1), count("next"), replace(weights, data=None), codes("y")]
    layer = CaseOperator("FULLY_CONNECTED", (1, 4, -1), (5,), FullyConnectedOptions("NONE", 0, False))
    cond = turns(2)
    cond = replace(cond, tensors=[*cond.tensors, replace(weights, data=None)], inputs=(0, 1, 4))
    tensors = [codes("input"), count("start", 0), weights, count("turns"), codes("out"), replace(weights, name="same", data=None)]
    operators = [CaseOperator("WHILE", (1, 0, 2), (3, 4, 5), WhileOptions(1, 2))]
    graph = agrees(Case(tensors, operators, (0,), (4,), (cond, Case(given, [NEXT, layer], (0, 1, 4), (3, 5, 4)))))
    assert [tensor.name for tensor in graph.operators[0].outputs] == ["turns", "out"]
    assert graph.tensors[5].data is not None


def test_a_loop_on_constants_is_folded() -> None:
    case = loop()
    tensors = [codes("input"), count("start", 0), count("turns"), codes("loop"), codes("given", data=[1, 2, 3]), codes("out")]
    operators = [CaseOperator("WHILE", (1, 4), (2, 3), WhileOptions(1, 2)), CaseOperator("ADD", (0, 3), (5,), ADD)]
    graph = agrees(replace(case, tensors=tensors, operators=operators, outputs=(5,)))
    assert [each.name for each in graph.operators] == ["ADD"]
    np.testing.assert_array_equal(graph.tensors[3].values(), [[57, 65, 73]])


def test_a_loop_between_a_variable_and_its_next_value() -> None:
    """What the loop writes on is no bytes of the variable, which is read again behind it."""
    case = loop()
    tensors = [codes("input"), count("start", 0), count("turns"), codes("loop/out"), TensorSpec("state", (), kind=RESOURCE)]
    tensors += [codes("before"), codes("again"), codes("out")]
    operators = [
        CaseOperator("VAR_HANDLE", (), (4,), VarHandleOptions("", "state")),
        CaseOperator("READ_VARIABLE", (4,), (5,)),
        CaseOperator("WHILE", (1, 5), (2, 3), WhileOptions(1, 2)),
        CaseOperator("READ_VARIABLE", (4,), (6,)),
        CaseOperator("ADD", (6, 0), (7,), ADD),
        CaseOperator("ASSIGN_VARIABLE", (4, 3), ()),
    ]
    assert agrees(replace(case, tensors=tensors, operators=operators, outputs=(3, 7))).stateful


def test_two_operators_that_run_one_graph_have_each_their_own() -> None:
    case = branch()
    tensors = [*case.tensors, codes("second")]
    operators = [*case.operators, CaseOperator("IF", (2, 3, 1), (4,), IfOptions(2, 1))]
    graph = agrees(replace(case, tensors=tensors, operators=operators, outputs=(4,)))
    found = [tensor.index for each in graph.with_inner for tensor in each.outputs]
    assert len(set(found)) == len(found) == 6


BEYOND = CaseOperator("IF", (2, 0, 1), (3,), IfOptions(1, 3))
RECURSIVE = [CaseOperator("WHILE", (0, 1), (3, 4), WhileOptions(1, 2))]
REMEMBERS = [NEXT, CaseOperator("VAR_HANDLE", (), (5,), VarHandleOptions("", "state")), CaseOperator("READ_VARIABLE", (5,), (4,))]


@pytest.mark.parametrize(
    ("case", "message", "hint"),
    [
        (
            loop(replace(turns(3), tensors=[count("i"), codes("x"), truth("less", True)], operators=[], outputs=(2,))),
            "always holds",
            "Bound the loop",
        ),
        (loop(body=replace(DOUBLED, tensors=[*DOUBLED.tensors[:4], codes("more", (1, 3, 1, 2))])), "RESHAPE|maps|shape|copies", ""),
        (loop(body=replace(DOUBLED, operators=RECURSIVE)), "runs itself", "in the place of recursion"),
        (
            loop(body=replace(DOUBLED, tensors=[*DOUBLED.tensors, TensorSpec("h", (), kind=RESOURCE)], operators=REMEMBERS)),
            "keeps a variable in loop/body",
            "out of loops",
        ),
        (replace(branch(), operators=[BEYOND]), "subgraph 3", ""),
        (loop(replace(turns(3), outputs=(0,))), "a condition that is no BOOL", ""),
        (loop(replace(turns(3), inputs=(0,))), "2 values for 1 tensors", ""),
        (loop(body=replace(DOUBLED, outputs=(3, 4, 1))), "3 values for 2 tensors", ""),
    ],
)
def test_what_is_refused(case: Case, message: str, hint: str) -> None:
    with pytest.raises(PlumblineError, match=message) as caught:
        compile_graph(read(write_case(case)), "case", bytes(32))
    assert hint in caught.value.hint


def test_a_loop_variable_keeps_its_shape() -> None:
    wider = [count("i"), codes("x"), count("one", 1), count("next"), codes("axis"), codes("more", (1, 6))]
    body = Case(wider, [NEXT, CaseOperator("CONCATENATION", (1, 1), (5,), ConcatenationOptions(1, "NONE"))], (0, 1), (3, 5))
    with pytest.raises(ModelRefused, match=r"copies loop/body/more, INT8 \[1, 6\], to the output, from the body, loop/out, INT8 \[1, 3\]") as caught:
        compile_graph(read(write_case(loop(body=body))), "case", bytes(32))
    assert "Keep type and shape" in caught.value.hint


@pytest.mark.parametrize(
    ("step", "why"), [(0, "never ends for one of the inputs that are tried: after turn 1 all is as it was"), (-1, "is not done after")]
)
def test_a_loop_without_an_end_does_not_hang(monkeypatch: pytest.MonkeyPatch, step: int, why: str) -> None:
    monkeypatch.setattr(inner.Budget, "__init__", lambda self: setattr(self, "left", 30_000_000))
    body = replace(DOUBLED, tensors=[*DOUBLED.tensors[:2], count("step", step), *DOUBLED.tensors[3:]], outputs=(3, 1))
    graph = read(write_case(loop(body=body)))
    rows = np.zeros((2, 3), np.int8)
    with pytest.raises(ModelRefused, match=why):
        reference_interpreter.run(graph, rows)
    if tflm.available():
        with pytest.raises(ModelRefused, match="Layer loop"):
            tflm.Interpreter(write_case(loop(body=body)), graph).run(rows)


def test_graphs_that_run_others_twice_do_not_grow_without_bound() -> None:
    """Each level doubles what is below it: 2^15 operators out of 30."""

    def level(number: int) -> Case:
        tensors = [codes("x"), truth("c"), codes("once"), codes("twice")]
        twice = [CaseOperator("IF", (1, at, 1), (at + 2 if at == 0 else 3,), IfOptions(number, number)) for at in (0, 2)]
        return Case(tensors, twice, (0, 1), (3,))

    deepest = Case([codes("x"), truth("c"), codes("y")], [CaseOperator("RELU", (0,), (2,))], (0, 1), (2,))
    top = level(14)
    with pytest.raises(DoesNotFit, match="more than 4,096 operators"):
        read(write_case(replace(top, subgraphs=(deepest, *(level(number) for number in range(1, 14))))))
