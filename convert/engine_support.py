"""The check that an engine can execute a model, which names the layer where the model asks for more."""

from __future__ import annotations

from collections.abc import Callable

from plumbline.common import usage
from plumbline.common.errors import ModelRefused, UnsupportedOperator
from plumbline.common.way import advice
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.model import hints
from plumbline.convert.model.blockers import NOWHERE, Blocker, capital, of_operators, refusal
from plumbline.convert.model.graph import Graph, Operator
from plumbline.convert.operators import Registration, named, registered
from plumbline.convert.operators.engines import ENGINES, Engine
from plumbline.convert.operators.interpreted import INTERPRETED
from plumbline.convert.operators.registration import may_end


def check_engine(graph: Graph, name: str) -> None:
    """See that an engine can execute every operator of a model.

    Args:
        graph: the model.
        name: of ENGINES.

    Raises:
        UnsupportedOperator: names the operators it cannot run, their layers, why, and what is supported.
        ModelRefused: only for `compiled`: the operator's tensors contradict each other.
    """
    engine = ENGINES[name]
    try:
        found = of_operators((*graph.folded, *graph.operators), lambda operator: check_operator(operator, engine))
        if found:
            raise refusal(found)
        if name == "compiled":
            compile_graph(graph, "check", bytes(32))  # its operators check more than versions
    except (ModelRefused, UnsupportedOperator) as refused:  # another engine may run it
        raise type(refused)(refused.message.replace(NOWHERE, f"{capital(engine.title)} cannot run the model"), refused.hint) from refused


def check_operator(operator: Operator, engine: Engine) -> None:
    """Raises UnsupportedOperator for the first problem of an operator."""
    registration = named(operator.name)
    problems = (find(operator, registration, engine) for find in PROBLEMS) if registration else iter([not_registered(operator, engine)])
    for problem in problems:
        if problem:
            what, hint = problem
            raise refusal([Blocker(f"{engine.title} cannot run {operator.name}{what}", hint, UnsupportedOperator, (operator.layer,))])


def not_registered(operator: Operator, engine: Engine) -> tuple[str, str] | None:
    """What is wrong with an operator that the compiler has not."""
    found = INTERPRETED.get(operator.name)
    if found is None or engine.name == "compiled":
        return "", hints.operators(registered())
    return None if found.chirale or engine.name != "chirale" else ("", "Give a newer TensorFlow Lite Micro with TFLM_DIR=.")


def per_channel(operator: Operator, registration: Registration, engine: Engine) -> tuple[str, str] | None:
    if engine.otherwise(registration).per_channel or not operator.per_channel:
        return None
    compiled = f"the compiled engine, {usage.option('env', 'virtual')}"
    return (
        " with one scale per channel: it would read the first scale only and answer nonsense",
        advice(
            recipe="Convert without --per-channel-dense, which gives Dense layers one scale each, or choose the compiled engine.",
            keras=f"Convert without --per-channel-dense, which gives Dense layers one scale each, or choose {compiled}.",
            tflite=f"Choose {compiled}, or a newer TensorFlow Lite Micro with TFLM_DIR=.",
        ),
    )


def too_new(operator: Operator, registration: Registration, engine: Engine) -> tuple[str, str] | None:
    newest = engine.newest(registration)
    if operator.version <= newest or not engine.only_known_versions:
        return None
    return f" version {operator.version}", f"It runs versions up to {newest}. Convert anew with the TensorFlow that this project pins."


def otherwise(operator: Operator, registration: Registration, engine: Engine) -> tuple[str, str] | None:
    differs = engine.otherwise(registration).differs
    return (f" as TensorFlow Lite Micro does today: {differs}", "Choose the compiled engine, or a newer TFLM library.") if differs else None


def ends_early(operator: Operator, registration: Registration, engine: Engine) -> tuple[str, str] | None:
    if engine.name == "compiled" or not registration.remembers or not may_end(registration.check(operator)):
        return None
    return " with which inferences end early: the firmware takes that for a failure", f"Choose the compiled engine, {usage.option('env', 'virtual')}."


PROBLEMS: tuple[Callable[[Operator, Registration, Engine], tuple[str, str] | None], ...] = (per_channel, too_new, otherwise, ends_early)
