"""The child process that quantizes a float32 .tflite file: `python -m plumbline.convert.importers.float_tflite.worker MODEL JOB`.

It is started by the same function as the one that holds TensorFlow, reads and writes the same files in the folder JOB, and runs apart for the same
reason: the libraries below trust the file.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import ModelRefused
from plumbline.common.way import Way, came_as
from plumbline.convert.importers.flatbuffer.parse import pick, take_apart
from plumbline.convert.importers.float_answers import FloatModel, float_answers
from plumbline.convert.importers.float_tflite.quantizer import quantized, signed
from plumbline.convert.importers.keras.quantize import ERROR, MEMORY, OBSERVED, TWIN
from plumbline.convert.importers.keras.worker import fitted, told
from plumbline.convert.model import hints

Floats = NDArray[np.float32]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m plumbline.convert.importers.float_tflite.worker")
    parser.add_argument("model", type=Path)
    parser.add_argument("job", type=Path)
    parser.add_argument("--way", type=Way, default=Way.TFLITE, help="how the model came, for the hints")
    parser.add_argument("--per-channel-dense", action="store_true")
    arguments = parser.parse_args()
    job: Path = arguments.job
    with came_as(arguments.way):
        try:
            with contextlib.suppress(ValueError, OSError):  # macOS lets nobody limit this
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            raw = signed(arguments.model.read_bytes())
            model = LiteRt(raw)
            given = fitted({name: np.load(job / f"{name}.npy") for name in ("points", "test", "calibration")}, model.axes)
            with (job / OBSERVED).open("ab", buffering=0) as file:
                made = quantized(raw, given["calibration"], arguments.per_channel_dense, lambda: file.write(b"."))
            (job / TWIN).write_bytes(raw)
            (job / "model.tflite").write_bytes(made)
            np.savez(job / "float.npz", **cast(Any, float_answers(FloatModel(model.answers, model.parameters), made, given)))
        except Exception as error:  # whatever the libraries raise becomes a message in the parent
            (job / ERROR).write_text(json.dumps(told(error)))
            return 1
    return 0


class LiteRt:
    """A float32 flatbuffer in LiteRT, with its plain kernels.

    Raises:
        ModelRefused: it has not one float32 input and one float32 output.
    """

    def __init__(self, raw: bytes) -> None:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        parts = take_apart(raw)
        for what, indices in (("input", parts.inputs), ("output", parts.outputs)):
            if len(indices) != 1 or pick(parts.tensors, indices[0]).type != "FLOAT32":
                raise ModelRefused(f"The float32 model has not one float32 {what}.", hints.one_end())
        shape = pick(parts.tensors, parts.inputs[0]).shape
        self.axes = shape[1:] if shape[:1] == (1,) else shape
        self.outputs = pick(parts.tensors, parts.outputs[0]).elements
        self.parameters = sum(tensor.elements for tensor in parts.tensors if tensor.used and tensor.type == "FLOAT32" and tensor.data is not None)
        resolver = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        self.interpreter = Interpreter(model_content=raw, experimental_op_resolver_type=resolver, num_threads=1)
        self.interpreter.allocate_tensors()
        self.source, self.target = (each()[0] for each in (self.interpreter.get_input_details, self.interpreter.get_output_details))

    def answers(self, inputs: Floats) -> Floats:
        """Answer inputs (N, ...) with (N, outputs), each from the model's first state."""
        found = np.empty((len(inputs), self.outputs), np.float32)
        for row, each in enumerate(inputs):
            self.interpreter.reset_all_variables()
            self.interpreter.set_tensor(self.source["index"], each.reshape(self.source["shape"]))
            self.interpreter.invoke()
            found[row] = self.interpreter.get_tensor(self.target["index"]).ravel()
        return found


if __name__ == "__main__":
    raise SystemExit(main())
