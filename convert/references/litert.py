"""LiteRT, the interpreter for phones, with its reference kernels: information beside TFLM's answers, since it rounds once where TFLM rounds twice."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import ModelRefused
from plumbline.convert.model.graph import Graph, put_together, taken_apart
from plumbline.convert.references.sequences import Starts, begun
from plumbline.convert.references.tflm import captured_stderr


def available() -> bool:
    """Whether LiteRT is installed; it does not exist for Windows."""
    return find_spec("ai_edge_litert") is not None


def run(raw: bytes, graph: Graph, codes: NDArray[np.int8], starts: Starts | None = None) -> NDArray[np.int8]:
    """Answer rows (N, input bytes) with rows (N, output bytes), in order; `starts` is of a stateful model, see `sequences.Starts`.

    Raises:
        ModelRefused: LiteRT cannot load the model.
    """
    interpreter = loaded(raw)
    sources, targets = ([each["index"] for each in ends] for ends in (interpreter.get_input_details(), interpreter.get_output_details()))
    answers = [np.empty((len(codes), tensor.elements), tensor.dtype) for tensor in graph.outputs]
    given = taken_apart(codes, graph.inputs)
    begins = begun(len(codes), starts)
    for number in range(len(codes)):
        if graph.recurrent:
            interpreter.reset_all_variables()
        elif graph.stateful and begins[number] and number:
            interpreter = loaded(raw)
        for source, tensor, values in zip(sources, graph.inputs, given, strict=True):
            interpreter.set_tensor(source, values[number].reshape(tensor.shape))
        interpreter.invoke()
        for target, answer in zip(targets, answers, strict=True):
            answer[number] = interpreter.get_tensor(target).ravel()
    return put_together(answers, graph.outputs)


def loaded(raw: bytes) -> Any:
    """An interpreter of the model. Raises ModelRefused: LiteRT cannot load it."""
    with captured_stderr():  # it announces its delegates there
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        try:
            interpreter = Interpreter(model_content=raw, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
            interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            raise ModelRefused(f"LiteRT cannot load the model: {str(error).splitlines()[0]}.", "See which operator its message names.") from error
    return interpreter
