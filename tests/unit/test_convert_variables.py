"""What the reader makes of variables, and which it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from plumbline.common.errors import ModelRefused, PlumblineError
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.importers.float_tflite.worker import check_stateless
from plumbline.convert.operators.cases import INT8, Case, CaseOperator, TensorSpec
from plumbline.convert.references import reference_interpreter
from tests.support.delay import CODES, HANDLE, delay, handle
from tests.support.tflite_writer import write_case


def test_a_variable_begins_with_what_is_assigned_once_and_keeps_what_is_assigned_last() -> None:
    graph = read(write_case(delay()))
    assert [each.name for each in graph.operators] == ["READ_VARIABLE", "ASSIGN_VARIABLE"]
    assert [each.name for each in graph.folded] == ["CALL_ONCE", "VAR_HANDLE"]
    assert graph.stateful
    assert not graph.recurrent
    assert [(each.name, each.initial) for each in graph.variables] == [("state", bytes([1, 2, 3]))]
    rows = np.arange(12, dtype=np.int8).reshape(4, 3)
    answers = reference_interpreter.run(graph, rows, starts=np.array([True, False, True, False]))
    assert answers.tolist() == [[1, 2, 3], [0, 1, 2], [1, 2, 3], [6, 7, 8]]
    compiled = compile_graph(graph, "delay", bytes(32))
    assert "void plumbline_compiled_reset(int8_t *memory);" in compiled.header
    assert "state_beginning" in compiled.source


def test_without_a_subgraph_that_initializes_it_a_variable_begins_with_its_zero_point() -> None:
    case = delay()
    graph = read(write_case(replace(case, operators=case.operators[1:], subgraphs=())))
    assert graph.variables[0].beginning().tolist() == [-7] * 3
    assert "memset(memory" in compile_graph(graph, "delay", bytes(32)).source


def test_a_model_without_variables_has_nothing_to_reset() -> None:
    tensors = [TensorSpec("input", (1, 3), *CODES), TensorSpec("output", (1, 3), *CODES)]
    compiled = compile_graph(read(write_case(Case(tensors, [CaseOperator("RELU", (0,), (1,))], (0,), (1,)))), "relu", bytes(32))
    assert "reset" not in compiled.header + compiled.source
    assert "string.h" not in compiled.source


def never_assigned(case: Case) -> Case:
    return replace(case, operators=case.operators[:-1], subgraphs=(Case([], [], (), ()),))


def computed_first(case: Case) -> Case:
    tensors = [HANDLE, TensorSpec("value", (1, 3), *CODES), TensorSpec("low", (1, 3), *CODES, data=np.zeros((1, 3), np.int8))]
    operators = [handle(output=0), CaseOperator("RELU", (2,), (1,)), CaseOperator("ASSIGN_VARIABLE", (0, 1), ())]
    return replace(case, subgraphs=(Case(tensors, operators, (), ()),))


def of_another_size(case: Case) -> Case:
    return replace(case, tensors=[*case.tensors[:2], TensorSpec("before", (1, 4), *CODES, kind=INT8)])


def of_two_containers(case: Case) -> Case:
    return replace(case, operators=[handle(container="two") if each.name == "VAR_HANDLE" else each for each in case.operators])


REFUSED: dict[str, Callable[[Case], Case]] = {
    "which nothing assigns": never_assigned,
    "a CALL_ONCE that computes": computed_first,
    "A CALL_ONCE behind": lambda case: replace(case, operators=[*case.operators[1:], case.operators[0]]),
    "a variable that no VAR_HANDLE beside it names": lambda case: replace(case, operators=[case.operators[0], *case.operators[2:]]),
    "of the containers 'two' and ''": of_two_containers,
    "runs a subgraph that is none": lambda case: replace(case, subgraphs=()),
    r"copies INT8 \[1, 4\] where the variable state is INT8 \[1, 3\]": of_another_size,
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_tensorflow_lite_micro_would_do_wrongly_is_refused(reason: str) -> None:
    with pytest.raises(PlumblineError, match=reason) as caught:
        compile_graph(read(write_case(REFUSED[reason](delay()))), "refused", bytes(32))
    assert caught.value.hint


def test_a_float_model_with_variables_is_refused_with_the_settings_that_help() -> None:
    with pytest.raises(ModelRefused, match=r"keeps a state in variables \(ASSIGN_VARIABLE, READ_VARIABLE, VAR_HANDLE\)") as caught:
        check_stateless(write_case(delay()))
    assert "_experimental_variable_quantization = True" in caught.value.hint
    check_stateless(
        write_case(Case([TensorSpec("input", (1, 3), *CODES), TensorSpec("same", (1, 3), *CODES)], [CaseOperator("RELU", (0,), (1,))], (0,), (1,)))
    )
