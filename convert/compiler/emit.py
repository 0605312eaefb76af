"""Puts a whole model together: plans memory, compiles each operator, prints plumbline_compiled.c."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from common.errors import UnsupportedOperator
from convert.compiler import (
    add,
    average_pool_2d,
    conv_2d,
    depthwise_conv_2d,
    dequantize,
    fully_connected,
    leaky_relu,
    logistic,
    max_pool_2d,
    mean,
    mul,
    quantize,
    relu,
    relu6,
    reshape,
    softmax,
    sub,
    tanh,
)
from convert.compiler.constants import Constant, digest
from convert.compiler.planner import Plan, plan
from convert.compiler.step import Step
from convert.graph import Graph, Operator, Tensor
from convert.names import identifiers
from convert.templating import environment

REGISTRY: dict[str, Callable[[Operator, str], Step]] = {
    "ADD": add.compile_operator,
    "AVERAGE_POOL_2D": average_pool_2d.compile_operator,
    "CONV_2D": conv_2d.compile_operator,
    "DEPTHWISE_CONV_2D": depthwise_conv_2d.compile_operator,
    "DEQUANTIZE": dequantize.compile_operator,
    "FULLY_CONNECTED": fully_connected.compile_operator,
    "LEAKY_RELU": leaky_relu.compile_operator,
    "LOGISTIC": logistic.compile_operator,
    "MAX_POOL_2D": max_pool_2d.compile_operator,
    "MEAN": mean.compile_operator,
    "MUL": mul.compile_operator,
    "QUANTIZE": quantize.compile_operator,
    "RELU": relu.compile_operator,
    "RELU6": relu6.compile_operator,
    "RESHAPE": reshape.compile_operator,
    "SOFTMAX": softmax.compile_operator,
    "SUB": sub.compile_operator,
    "TANH": tanh.compile_operator,
}
"""Operator to what compiles it. The next one is a kernel in convert/kernels and a line in integer.py, a module and a template beside these and a
line here."""


@dataclass(frozen=True)
class Compiled:
    """The C source, and the digest a board computes over the constants in it."""

    source: str
    constants_sha256: str
    scratch_bytes: int


def compile_graph(graph: Graph, name: str, model_sha256: bytes) -> Compiled:
    """Compile a model to C99.

    Args:
        graph: the flatbuffer.
        name: the recipe's, for the header comment.
        model_sha256: 32 bytes, the hash of the flatbuffer.

    Raises:
        UnsupportedOperator: names the operator and its layer.
        ModelRefused: an operator's tensors contradict each other.
    """
    steps = [compile_one(operator, identifier) for operator, identifier in zip(graph.operators, identifiers(graph), strict=True)]
    memory = plan(graph)
    constants = [constant for step in steps for constant in step.constants]
    calls = [call(graph, memory, operator, step) for operator, step in zip(graph.operators, steps, strict=True)]
    helpers = sorted({helper for step in steps for helper in step.helpers})
    run = [step for operator, step in zip(graph.operators, steps, strict=True) if not planned_away(memory, operator)]
    source = (
        environment()
        .get_template("plumbline_compiled.c.j2")
        .render(
            name=name,
            model_sha256=model_sha256.hex(),
            graph=graph,
            steps=run,
            calls=calls,
            helpers=helpers,
            constants=constants,
            scratch_bytes=memory.bytes,
        )
    )
    return Compiled(source, digest(model_sha256, constants), memory.bytes)


def compile_one(operator: Operator, identifier: str) -> Step:
    if operator.name not in REGISTRY:
        raise UnsupportedOperator(
            f"Layer {operator.layer}: the compiler has no {operator.name}.",
            f"It has {', '.join(sorted(REGISTRY))}. Change the recipe, or run the model with the tflm engine.",
        )
    return REGISTRY[operator.name](operator, identifier)


def planned_away(memory: Plan, operator: Operator) -> bool:
    """Whether a RESHAPE reads and writes the same bytes."""
    source = operator.inputs[0]
    return operator.name == "RESHAPE" and source is not None and memory.homes[source.index] == memory.homes[operator.outputs[0].index]


def call(graph: Graph, memory: Plan, operator: Operator, step: Step) -> str:
    """The C statement that runs a step, or a comment where there is nothing to do."""
    if planned_away(memory, operator):
        return f"// {step.name} only changes the shape"

    def place(tensor: Tensor) -> str:
        home = memory.homes[tensor.index]
        if home == graph.input.index:
            return "input"
        if home == graph.output.index:
            return "output"
        return f"scratch + {memory.offsets[home]}" if memory.offsets[home] else "scratch"

    sources = [place(tensor) for tensor in operator.inputs if tensor is not None and tensor.data is None]
    return f"{step.name}({', '.join([*sources, *(place(tensor) for tensor in operator.outputs)])});"


__all__ = ["REGISTRY", "Compiled", "Constant", "compile_graph"]
