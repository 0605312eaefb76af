"""A float model to int8 .tflite in a child process, so that a crash of the library that quantizes it becomes a message."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from plumbline.common import errors
from plumbline.common.activations import INT8
from plumbline.common.errors import ConversionFailed, PlumblineError
from plumbline.common.golden_data import DenseLayer
from plumbline.common.paths import ROOT
from plumbline.common.progress import Advance, chosen
from plumbline.common.way import advice, way
from plumbline.convert.model.keras_layers import Layers
from plumbline.convert.references.golden_data import Converted
from plumbline.convert.references.sequences import Starts

DEADLINE_SECONDS = 900
POLL_SECONDS = 0.2
OBSERVED = "observed"
"""Name of the file in which the child counts calibration inputs."""
TWIN = "float.tflite"
"""Name of the file in which it leaves the float32 flatbuffer that the converter quantizes."""
LAYERS = "layers.json"
"""Name of the file in which it says what the model calls its layers."""
STARTS = "starts.npy"
"""Name of the file that says where in the samples sequences start."""
ERROR = "error.json"
"""Name of the file in which the child says what went wrong."""
MEMORY = 8 << 30
"""Bytes of address space that the child may take: TensorFlow and a small model take 2.5 GB of it (0.7 GB of memory), the largest samples 0.5 GB
for each of their copies."""
NO_MEMORY = ("MemoryError", "bad_alloc", "failed to map segment", "Cannot allocate memory")
"""How Python, C++ and the loader say that memory does not suffice."""
LONGEST_REASON = 2000


@dataclass(frozen=True)
class Quantizer:
    """A library that quantizes a float model, in a child process."""

    worker: str
    """The child's module."""
    name: str
    """As the subject of a sentence."""


TENSORFLOW = Quantizer("plumbline.convert.importers.keras.worker", "TensorFlow's converter")
FLOAT_TFLITE = Quantizer("plumbline.convert.importers.float_tflite.worker", "ai-edge-quantizer")
FROM_KERAS = "Quantize the model that the file was made of to int8 with TensorFlow's converter, and give that file."
LACKING = re.compile(r"(?:TF Select|Custom) ops: ([^\n]*)")
"""How the converter lists operators that TensorFlow Lite has not."""


def quantize(
    model: Path,
    calibration: Sequence[NDArray[np.float32]],
    points: Sequence[NDArray[np.float32]],
    per_channel_dense: bool = False,
    *,
    activations: str = INT8,
    test: Sequence[NDArray[np.float32]] | None = None,
    starts: Starts | None = None,
    trust: bool = False,
    advance: Advance = lambda steps: None,
    quantizer: Quantizer = TENSORFLOW,
) -> Converted:
    """Convert a float model.

    Args:
        model: a .keras file, or one that `quantizer` takes.
        calibration: (N, ...) of each input, in the order in which the file declares them, for the converter to observe.
        points: (M, ...) of each, to ask the float model for.
        per_channel_dense: one scale per output of a Dense layer, which not every TensorFlow Lite Micro can run.
        activations: of ACTIVATIONS, what layers hand to each other.
        test: the held-back inputs, (T, ...) of each, all of which are compared; without any, some of the calibration's are.
        starts: of a model with a state, before which of the samples it is reset: of `test`, or without it of `calibration`. The converter observes
            these as one sequence.
        trust: run the Python code of a file with a Lambda, which is refused otherwise.
        advance: is told how many of the calibration inputs the converter has observed since the last call.
        quantizer: who does it.

    Raises:
        ConversionFailed: the converter refused the model, crashed or did not end.
    """
    with tempfile.TemporaryDirectory(prefix="plumbline-") as folder:
        job = Path(folder)
        np.savez(job / "calibration.npz", *calibration)
        np.savez(job / "points.npz", *points)
        np.savez(job / "test.npz", *([each[:0] for each in calibration] if test is None else test))
        if starts is not None:
            np.save(job / STARTS, starts)
        command = [sys.executable, "-m", quantizer.worker, str(model.resolve()), str(job), "--way", way().value]
        command += ["--per-channel-dense"] if per_channel_dense else []
        command += ["--trust"] if trust else []
        command += [] if activations == INT8 else ["--activations", activations]
        code, stderr = watched(command, model, job / OBSERVED, len(calibration[0]), advance)
        if code != 0:
            raise failure(model, code, job / ERROR, stderr, quantizer.name)
        with np.load(job / "float.npz") as answers:
            layers = range(sum(name.startswith("weights") for name in answers.files))
            chain = tuple(DenseLayer(answers[f"weights{i}"], answers[f"bias{i}"], str(answers[f"activation{i}"])) for i in layers)
            names = ("codes", "kinds", "float_codes", "float_x", "chosen", "sample_rows", "sample_inputs", "float_samples")
            answered = {name: answers[name] for name in names} | {"starts": answers["starts"] if "starts" in answers.files else None}
            return Converted(
                (job / "model.tflite").read_bytes(),
                **answered,
                chain=chain,
                parameters=int(answers["parameters"]),
                float_tflite=(job / TWIN).read_bytes() if (job / TWIN).is_file() else b"",
                layers=Layers.from_json((job / LAYERS).read_bytes()) if (job / LAYERS).is_file() else None,
            )


def watched(command: list[str], model: Path, observed: Path, most: int, advance: Advance) -> tuple[int, bytes]:
    """Run the child and tell how far it is: it appends a byte to `observed` for each calibration input, at most `most` of which count.

    Returns:
        Its exit code and what it wrote to standard error, which the user sees too who asked for it.

    Raises:
        ConversionFailed: it did not end.
    """
    seen, deadline = 0, time.monotonic() + DEADLINE_SECONDS
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        try:
            while True:
                try:
                    _, stderr = child.communicate(timeout=POLL_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    if time.monotonic() > deadline:
                        hint = "Use a smaller model, or fewer samples."
                        raise ConversionFailed(f"Converting {model} took longer than {DEADLINE_SECONDS} s.", hint) from None
                finally:
                    now = min(most, observed.stat().st_size if observed.exists() else 0)
                    advance(now - seen)
                    seen = now
        finally:
            child.kill()  # does nothing to a child that has ended
    if chosen().verbose:
        sys.stderr.write(stderr.decode(errors="replace"))
    return child.returncode, stderr


def failure(model: Path, code: int, error: Path, stderr: bytes, who: str = TENSORFLOW.name) -> PlumblineError:
    """The child's end as one message: its own error where it could say one, else what the library `who` said or how it crashed."""
    if error.is_file():
        told = json.loads(error.read_text())
        if told["error"]:
            kind: type[PlumblineError] = getattr(errors, told["error"])
            return kind(told["message"], told["hint"])
        return refused(model, told["message"], who)
    crashed, why = ended(code, stderr)
    if lacks_memory(stderr.decode(errors="replace")):
        return too_large(model)
    way_out = "Cut layers off at its end until it converts: the last one that was cut off is the cause. Then write that layer with others."
    hint = advice(recipe=way_out, keras=way_out, tflite=FROM_KERAS)
    return ConversionFailed(f"{who} {'crashed' if crashed else 'failed'} on {model}: {why}.", hint)


def refused(model: object, text: str, who: str = TENSORFLOW.name) -> ConversionFailed:
    """What the converter `who` has against a model: the operators that have no int8 form where it names them, else its whole text in one line."""
    operators = sorted({each for found in LACKING.findall(text) for each in re.split(r",\s*", found.strip()) if each})
    if operators:
        return ConversionFailed(
            f"{who} has no int8 form for {', '.join(operators)} in {model}.",
            advice(
                recipe="Replace the layer of the recipe that computes it by layers without it, or compute it before the model.",
                keras="Replace the layer that computes it by layers without it, or compute it before the model, and save it anew.",
                tflite=FROM_KERAS,
            ),
        )
    if lacks_memory(text):
        return too_large(model)
    whole = " ".join(text.split())
    shown = whole if len(whole) <= LONGEST_REASON else f"{whole[:LONGEST_REASON]} ..."
    look = "Look for the layer that it names{}, and write it with others."
    return ConversionFailed(f"{who} refused {model}: {shown}", advice(recipe=look.format(" in the recipe"), keras=look.format(""), tflite=FROM_KERAS))


def lacks_memory(text: str) -> bool:
    return any(each in text for each in NO_MEMORY)


def too_large(model: object) -> ConversionFailed:
    return ConversionFailed(f"Converting {model} takes more than {MEMORY >> 30} GB of memory.", "Use a smaller model, or fewer samples.")


def ended(code: int, stderr: bytes) -> tuple[bool, str]:
    """Whether a child process with this exit code was ended by a signal, and that signal or the last line it wrote."""
    if code < 0 or code > 128:
        return True, signal.Signals(-code if code < 0 else code - 128).name
    return False, (stderr.decode(errors="replace").strip().splitlines() or ["it gave no reason"])[-1]
