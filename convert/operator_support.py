"""What each runtime can execute, and the check that names the layer where a model asks for more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from plumbline.common.errors import UnsupportedOperator
from plumbline.common.way import advice
from plumbline.convert.codegen.emit import REGISTRY, compile_graph
from plumbline.convert.graph import Graph, Operator
from plumbline.convert.importers import hints
from plumbline.convert.importers.blockers import Blocker, of_operators, refusal

TFLM_OPERATORS = {
    "ADD": 2,
    "AVERAGE_POOL_2D": 2,
    "CONCATENATION": 2,
    "CONV_2D": 3,
    "DEPTHWISE_CONV_2D": 3,
    "DEQUANTIZE": 2,
    "FULLY_CONNECTED": 12,
    "LEAKY_RELU": 2,
    "LOGISTIC": 2,
    "MAX_POOL_2D": 2,
    "MEAN": 2,
    "MUL": 3,
    "PACK": 2,
    "PAD": 2,
    "PADV2": 2,
    "QUANTIZE": 2,
    "RELU": 2,
    "RELU6": 2,
    "RESHAPE": 1,
    "SOFTMAX": 2,
    "SPLIT": 2,
    "STRIDED_SLICE": 2,
    "SUB": 3,
    "TANH": 2,
    "TRANSPOSE": 2,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": 3,
    "UNPACK": 2,
}
"""Operators with int8 kernels, and the newest version of each that they implement. TFLM itself does not look at versions."""


@dataclass(frozen=True)
class Runtime:
    """One way to run a model on a board."""

    name: str
    title: str
    operators: dict[str, int]
    """Newest version of each operator; operators that are not here cannot run."""
    per_channel_dense: bool
    """Whether FULLY_CONNECTED honours one weight scale per output; without it the first scale is taken for all, silently."""
    otherwise: Mapping[str, str] = field(default_factory=dict)
    """Operators that it has but computes otherwise than TensorFlow Lite Micro does today, and what is known of it."""


RUNTIMES = {
    runtime.name: runtime
    for runtime in (
        Runtime("compiled", "the compiled engine", {name: TFLM_OPERATORS[name] for name in REGISTRY}, per_channel_dense=True),
        Runtime("tflm", "TensorFlow Lite Micro's main branch", TFLM_OPERATORS, per_channel_dense=True),
        Runtime(
            "chirale",
            "Chirale_TensorFlowLite 2.0.0, the Arduino library",
            {**TFLM_OPERATORS, "FULLY_CONNECTED": 4},
            per_channel_dense=False,
            otherwise={"UNIDIRECTIONAL_SEQUENCE_LSTM": "its kernel of early 2023 missed 172 of the 180 answers of Plumbline's own model weather"},
        ),
    )
}


def check_runtime(graph: Graph, name: str) -> None:
    """See that a runtime can execute every operator of a model.

    Args:
        graph: the model.
        name: of RUNTIMES.

    Raises:
        UnsupportedOperator: names the operators it cannot run, their layers, why, and what is supported.
        ModelRefused: only for `compiled`: the operator's tensors contradict each other.
    """
    runtime = RUNTIMES[name]
    found = of_operators(graph.operators, lambda operator: check_operator(operator, runtime))
    if found:
        raise refusal(found)
    if name == "compiled":
        compile_graph(graph, "check", bytes(32))  # its kernels check more than versions


def check_operator(operator: Operator, runtime: Runtime) -> None:
    """Raises UnsupportedOperator for the first problem of an operator."""
    for find in PROBLEMS:
        problem = find(operator, runtime)
        if problem:
            what, hint = problem
            raise refusal([Blocker(f"{runtime.title} cannot run {operator.name}{what}", hint, UnsupportedOperator, (operator.layer,))])


def missing(operator: Operator, runtime: Runtime) -> tuple[str, str] | None:
    return None if operator.name in runtime.operators else ("", hints.operators(runtime.operators))


def per_channel(operator: Operator, runtime: Runtime) -> tuple[str, str] | None:
    if operator.name != "FULLY_CONNECTED" or runtime.per_channel_dense or not operator.per_channel:
        return None
    return (
        " with one scale per channel: it would read the first scale only and answer nonsense",
        advice(
            recipe="Convert without --per-channel-dense, which gives Dense layers one scale each, or choose the compiled engine.",
            keras="Convert without --per-channel-dense, which gives Dense layers one scale each, or choose the compiled engine, ENV=virtual.",
            tflite="Choose the compiled engine, ENV=virtual, or a newer TensorFlow Lite Micro with TFLM_DIR=.",
        ),
    )


def too_new(operator: Operator, runtime: Runtime) -> tuple[str, str] | None:
    newest = runtime.operators[operator.name]
    if operator.version <= newest:
        return None
    return f" version {operator.version}", f"It runs versions up to {newest}. Convert anew with the TensorFlow that this project pins."


def otherwise(operator: Operator, runtime: Runtime) -> tuple[str, str] | None:
    if operator.name not in runtime.otherwise:
        return None
    return f" as TensorFlow Lite Micro does today: {runtime.otherwise[operator.name]}", "Choose the compiled engine, or a newer TFLM library."


PROBLEMS: tuple[Callable[[Operator, Runtime], tuple[str, str] | None], ...] = (missing, per_channel, too_new, otherwise)


SPELLED = {"LSTM": "LSTM", "2D": "2D", "PADV2": "PadV2"}
"""Words that TFLM does not write as a capital and small letters."""


def registration(operator: str) -> str:
    """The MicroMutableOpResolver method that registers an operator, e.g. AddFullyConnected."""
    words = (SPELLED.get(word, word.capitalize()) for word in operator.split("_"))
    return "Add" + "".join(words)
