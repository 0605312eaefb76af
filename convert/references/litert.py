"""LiteRT, the interpreter for phones, with its reference kernels: information beside TFLM's answers, since it rounds once where TFLM rounds twice."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import ModelRefused
from plumbline.convert.model.graph import Graph
from plumbline.convert.references.tflm import captured_stderr


def available() -> bool:
    """Whether LiteRT is installed; it does not exist for Windows."""
    return find_spec("ai_edge_litert") is not None


def run(raw: bytes, graph: Graph, codes: NDArray[np.int8]) -> NDArray[np.int8]:
    """Answer input codes (N, input bytes) with output codes (N, output bytes).

    Raises:
        ModelRefused: LiteRT cannot load the model.
    """
    with captured_stderr():  # it announces its delegates there
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        try:
            interpreter = Interpreter(model_content=raw, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
            interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            raise ModelRefused(f"LiteRT cannot load the model: {str(error).splitlines()[0]}.", "See which operator its message names.") from error
    source, target = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    answers = np.empty((len(codes), graph.output.elements), np.int8)
    for row, answer in zip(codes, answers, strict=True):
        if graph.recurrent:
            interpreter.reset_all_variables()
        interpreter.set_tensor(source, row.reshape(graph.input.shape))
        interpreter.invoke()
        answer[:] = interpreter.get_tensor(target).ravel()
    return answers
