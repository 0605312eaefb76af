"""The child process that quantizes a float32 .tflite file: `python -m plumbline.convert.importers.float_tflite.worker MODEL JOB`.

It is started by the same function as the one that holds TensorFlow, reads and writes the same files in the folder JOB, and runs apart for the same
reason: the libraries below trust the file.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.common.activations import ACTIVATIONS, INT8, INT16
from plumbline.common.errors import ModelRefused
from plumbline.common.way import Way, came_as
from plumbline.convert.importers.flatbuffer.parse import pick, take_apart
from plumbline.convert.importers.float_answers import FloatModel, float_answers
from plumbline.convert.importers.float_tflite.quantizer import quantized, signed
from plumbline.convert.importers.keras.quantize import ERROR, MEMORY, OBSERVED, TWIN
from plumbline.convert.importers.keras.worker import fitted, given_in, told
from plumbline.convert.model import hints
from plumbline.convert.references.sequences import Starts

Floats = NDArray[np.float32]
BITS = {INT8: 8, INT16: 16}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m plumbline.convert.importers.float_tflite.worker")
    parser.add_argument("model", type=Path)
    parser.add_argument("job", type=Path)
    parser.add_argument("--way", type=Way, default=Way.TFLITE, help="how the model came, for the hints")
    parser.add_argument("--per-channel-dense", action="store_true")
    parser.add_argument("--activations", default=INT8, choices=ACTIVATIONS)
    arguments = parser.parse_args()
    job: Path = arguments.job
    with came_as(arguments.way):
        try:
            with contextlib.suppress(ValueError, OSError):  # macOS lets nobody limit this
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            raw = signed(arguments.model.read_bytes())
            check_stateless(raw)
            model = LiteRt(raw)
            given = fitted(given_in(job), model.axes)
            rows = zip(*(each.astype(dtype) for each, dtype in zip(given["calibration"], model.types, strict=True)), strict=True)
            fed = [{name: value[np.newaxis] for name, value in zip(model.inputs, row, strict=True)} for row in rows]
            with (job / OBSERVED).open("ab", buffering=0) as file:
                made = quantized(raw, fed, arguments.per_channel_dense, BITS[arguments.activations], lambda: file.write(b"."))
            (job / TWIN).write_bytes(raw)
            (job / "model.tflite").write_bytes(made)
            np.savez(
                job / "float.npz", **cast(Any, float_answers(FloatModel(model.predict, model.parameters, model.inputs, model.outputs), made, given))
            )
        except Exception as error:  # whatever the libraries raise becomes a message in the parent
            (job / ERROR).write_text(json.dumps(told(error)))
            return 1
    return 0


def check_stateless(raw: bytes) -> None:
    """Raises ModelRefused where the model has variables, on which the library ends."""
    kept = sorted({each.name for each in take_apart(raw).operators} & {"VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE"})
    if kept:
        raise ModelRefused(
            f"The float32 model keeps a state in variables ({', '.join(kept)}), which ai-edge-quantizer does not quantize.",
            "Quantize the model that the file was made of to int8 with TensorFlow's converter, experimental_enable_resource_variables = True and "
            "_experimental_variable_quantization = True on it, and give that file.",
        )


class LiteRt:
    """A float32 flatbuffer in LiteRT, with its plain kernels.

    Raises:
        ModelRefused: its outputs are not float32, or an input is neither that nor of whole numbers.
    """

    def __init__(self, raw: bytes) -> None:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        parts = take_apart(raw)
        inputs, outputs = ([pick(parts.tensors, index) for index in indices] for indices in (parts.inputs, parts.outputs))
        for what, tensors, taken in (("input", inputs, ("FLOAT32", "INT32")), ("output", outputs, ("FLOAT32",))):
            for tensor in tensors:
                if tensor.type not in taken:
                    raise ModelRefused(f"The float32 model's {what} {tensor.name} is {tensor.type}.", hints.not_int8())
        self.axes = [tensor.shape[1:] if tensor.shape[:1] == (1,) else tensor.shape for tensor in inputs]
        self.types = [tensor.dtype for tensor in inputs]
        self.inputs, self.outputs = ([parts.names.get(each.index, each.name) for each in tensors] for tensors in (inputs, outputs))
        self.widths = [tensor.elements for tensor in outputs]
        self.parameters = sum(tensor.elements for tensor in parts.tensors if tensor.used and tensor.type == "FLOAT32" and tensor.data is not None)
        resolver = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        self.interpreter = Interpreter(model_content=raw, experimental_op_resolver_type=resolver, num_threads=1)
        self.interpreter.allocate_tensors()
        self.sources, self.targets = (each() for each in (self.interpreter.get_input_details, self.interpreter.get_output_details))

    def predict(self, inputs: Sequence[Floats], starts: Starts | None = None) -> list[Floats]:
        """Answer (N, ...) of each input with (N, elements) of each output, each row from the model's first state."""
        found = [np.empty((len(inputs[0]), width), np.float32) for width in self.widths]
        for row, values in enumerate(zip(*inputs, strict=True)):
            self.interpreter.reset_all_variables()
            for source, value, dtype in zip(self.sources, values, self.types, strict=True):
                self.interpreter.set_tensor(source["index"], value.reshape(source["shape"]).astype(dtype))
            self.interpreter.invoke()
            for target, answers in zip(self.targets, found, strict=True):
                answers[row] = self.interpreter.get_tensor(target["index"]).ravel()
        return found


if __name__ == "__main__":
    raise SystemExit(main())
