"""TensorFlow Lite Micro on this machine: the `tflite-micro` wheel, where there is one (Linux on x86-64), with its reference kernels."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import ModelRefused, UnsupportedOperator
from plumbline.common.progress import chosen
from plumbline.convert.model.graph import Graph, put_together, taken_apart
from plumbline.convert.references import reference_interpreter
from plumbline.convert.references.held_outputs import held_at_first
from plumbline.convert.references.sequences import Starts, begun


def available() -> bool:
    """Whether the wheel can be imported here."""
    try:
        import tflite_micro  # noqa: F401
    except ImportError:
        return False
    return True


def name() -> str:
    """What to call this oracle, with its version."""
    return f"tflite-micro {version('tflite-micro')} (TensorFlow Lite Micro, reference kernels)"


class Interpreter:
    """A model loaded into the wheel.

    Raises:
        ModelRefused: the wheel cannot load the model.
    """

    def __init__(self, raw: bytes, graph: Graph, arena_bytes: int | None = None) -> None:
        check_biases(graph)
        self.graph = graph
        self.raw = raw
        self.arena_bytes = arena_bytes if arena_bytes is not None else 20 * len(raw) + 64 * graph_bytes(graph) + (1 << 16)
        self.interpreter: Any = self.loaded()

    def loaded(self) -> Any:
        """An interpreter of the wheel, its variables at their beginning."""
        from tflite_micro import runtime

        with captured_stderr() as log:
            try:
                return runtime.Interpreter.from_bytes(self.raw, arena_size=self.arena_bytes)
            except RuntimeError as error:
                log.seek(0)
                why = " ".join(log.read().decode(errors="replace").split()) or str(error)
                raise ModelRefused(f"TensorFlow Lite Micro cannot load the model: {why}", "See which operator its message names.") from error

    def run(self, codes: NDArray[np.int8], starts: Starts | None = None) -> NDArray[np.int8]:
        """Answer rows (N, input bytes) with rows (N, output bytes), in order; `starts` is of a stateful model, see `sequences.Starts`.

        A sequence begins with an interpreter of its own: TFLM's Reset() sets every variable to its zero point and does not run CALL_ONCE again.

        Raises:
            ModelRefused: see `check_loops`.
        """
        check_loops(self.graph, codes, starts)
        inputs, outputs = self.graph.inputs, self.graph.outputs
        answers = [np.empty((len(codes), tensor.elements), tensor.dtype) for tensor in outputs]
        given = taken_apart(codes, inputs)
        begins = begun(len(codes), starts)
        for number in range(len(codes)):
            if self.graph.recurrent:
                self.interpreter.reset()
            elif self.graph.stateful and begins[number]:
                self.interpreter = self.loaded()
            for place, (tensor, values) in enumerate(zip(inputs, given, strict=True)):
                self.interpreter.set_input(values[number].reshape(tensor.shape), place)
            if self.interpreter.invoke():  # it ended early, and what lies where the outputs were is nobody's
                for output, answer in zip(outputs, answers, strict=True):
                    answer[number] = held_at_first(self.graph, output) if begins[number] else answer[number - 1]
                continue
            for place, answer in enumerate(answers):
                answer[number] = self.interpreter.get_output(place).ravel()
        return put_together(answers, outputs)

    def arena_used(self) -> int:
        """Bytes the recording allocator counts for this model on this 64-bit machine."""
        with captured_stderr() as log:
            self.interpreter.print_allocations()
            log.seek(0)
            found = re.search(rb"Arena allocation total (\d+)", log.read())
        assert found, "print_allocations() of this tflite-micro writes another text"
        return int(found[1])


def check_biases(graph: Graph) -> None:
    """A bias that is left out as input -1, not by a shorter list of inputs, makes DEPTHWISE_CONV_2D's Prepare free a null pointer.

    That would end this process with a segmentation fault; see CalculateOpDataDepthwiseConv in depthwise_conv_common.cc.
    """
    for operator in graph.with_inner:
        if operator.name == "DEPTHWISE_CONV_2D" and operator.inputs[2:] == (None,):
            raise ModelRefused(
                f"Layer {operator.layer}: TensorFlow Lite Micro crashes on a DEPTHWISE_CONV_2D whose bias is left out as input -1.",
                "Give the layer a bias, of zeros if need be.",
            )


def check_loops(graph: Graph, codes: NDArray[np.int8], starts: Starts | None) -> None:
    """Nobody could stop TensorFlow Lite Micro in a loop without an end, so that the reference interpreter is asked first, where it knows the model.

    Raises:
        ModelRefused: a loop does not end for one of the rows.
    """
    if not any(operator.name == "WHILE" for operator in graph.with_inner):
        return
    try:
        model = reference_interpreter.Model(graph)
    except (ModelRefused, UnsupportedOperator):  # then a process of its own asks, with a deadline
        return
    model.values(codes, starts)


def graph_bytes(graph: Graph) -> int:
    """All run-time tensors together."""
    return sum(tensor.bytes for tensor in graph.not_in_file)


@contextmanager
def captured_stderr() -> Iterator[IO[bytes]]:
    """Send what native code writes to file descriptor 2 to a temporary file while the block runs; yields the file.

    Where the user asked for it, standard error gets it afterwards.
    """
    sys.stderr.flush()
    saved = os.dup(2)
    try:
        with tempfile.TemporaryFile() as file:
            os.dup2(file.fileno(), 2)
            try:
                yield file
            finally:
                os.dup2(saved, 2)
                if chosen().verbose:
                    file.seek(0)
                    sys.stderr.write(file.read().decode(errors="replace"))
    finally:
        os.close(saved)
