"""The child process that holds TensorFlow: `python -m plumbline.convert.importers.keras.worker MODEL JOB`, started by quantize.py.

It runs apart because TensorFlow's converter kills its process on some models. It reads calibration.npz, test.npz and points.npz from the folder JOB
and writes model.tflite, float.tflite, float.npz and layers.json there; where Python itself reports what went wrong, error.json.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.common import keras_env
from plumbline.common.activations import ACTIVATIONS, INT8, INT16
from plumbline.common.ending import explained
from plumbline.common.errors import PlumblineError, UsageError
from plumbline.common.way import Way, came_as
from plumbline.convert.importers.float_answers import float_answers
from plumbline.convert.importers.keras.answers import float_model, input_names, output_names
from plumbline.convert.importers.keras.config import inputs_of
from plumbline.convert.importers.keras.islands import joined
from plumbline.convert.importers.keras.layers import layers_in
from plumbline.convert.importers.keras.load import axes, examined, load
from plumbline.convert.importers.keras.quantize import ERROR, LAYERS, MEMORY, OBSERVED, STARTS, TWIN
from plumbline.convert.importers.keras.recurrent_export import convertible
from plumbline.convert.importers.keras.state import states
from plumbline.convert.importers.keras.tables import tabulated
from plumbline.convert.importers.samples.shape import Axes, fit
from plumbline.convert.references.sequences import Starts

if TYPE_CHECKING:
    import keras

Floats = NDArray[np.float32]
Given = dict[str, list[Floats]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m plumbline.convert.importers.keras.worker")
    parser.add_argument("model", type=Path)
    parser.add_argument("job", type=Path)
    parser.add_argument("--way", type=Way, default=Way.RECIPE, help="how the model came, for the hints")
    parser.add_argument("--per-channel-dense", action="store_true")
    parser.add_argument("--activations", default=INT8, choices=ACTIVATIONS)
    parser.add_argument("--trust", action="store_true", help="run the Python code of a Lambda in the file")
    arguments = parser.parse_args()
    job: Path = arguments.job
    with came_as(arguments.way):
        try:
            with contextlib.suppress(ValueError, OSError):  # macOS lets nobody limit this; sizes were checked and the deadline remains
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            keras_env.prepare()
            file = examined(arguments.model, arguments.trust)
            given = given_in(job)
            given = fitted(given, [shape for _, shape in inputs_of(file.config)])
            keras_env.start()
            model = load(file, arguments.trust)
            order = as_declared([name for name, _ in inputs_of(file.config)], [each.name for each in model.inputs])
            given = fitted({name: [values[place] for place in order] for name, values in given.items()}, axes(model))
            raw = quantize(model, given["calibration"], arguments.per_channel_dense, job / OBSERVED, arguments.activations)
            (job / "model.tflite").write_bytes(raw)
            (job / LAYERS).write_bytes(layers_in(model, output_names(model)).to_json())
            np.savez(job / "float.npz", **cast(Any, float_answers(float_model(model), raw, given, starts_in(job))))
        except Exception as error:  # whatever Keras raises becomes a message in the parent
            (job / ERROR).write_text(json.dumps(told(error)))
            return 1
    return 0


def given_in(job: Path) -> Given:
    """The arrays of a job, one for each input: `calibration` (N, ...), `test` (T, ...) and `points` (M, ...)."""
    found: Given = {}
    for name in ("points", "test", "calibration"):
        with np.load(job / f"{name}.npz") as arrays:
            found[name] = [arrays[f"arr_{place}"] for place in range(len(arrays.files))]
    return found


def starts_in(job: Path) -> Starts | None:
    """Where in the samples of a job sequences start; None where nobody said it."""
    path = job / STARTS
    return np.load(path) if path.is_file() else None


def fitted(given: Given, wanted: Sequence[Axes | None]) -> Given:
    """Inputs in the shapes that a model takes, where these are known.

    Raises:
        UsageError: they do not fit, or there are not as many inputs.
    """
    if not wanted:
        return given
    count = len(given["calibration"])
    if count != len(wanted):
        shown = "one array" if count == 1 else f"{count} arrays"
        raise UsageError(
            f"The samples hold {shown}, the model takes {len(wanted)} inputs.",
            "Give an .npz file with an array for each input, under its name.",
        )
    return {
        name: [each if axes is None or not len(each) else fit(each, axes) for each, axes in zip(values, wanted, strict=True)]
        for name, values in given.items()
    }


def as_declared(declared: list[str], taken: list[str]) -> list[int]:
    """For each input that a model takes, its place among those that its file declares; by order where names do not tell."""
    same = sorted(declared) == sorted(taken) and len(set(taken)) == len(taken)
    return [declared.index(name) for name in taken] if same else list(range(len(taken)))


def told(error: Exception) -> dict[str, str]:
    """An error as the parent raises it again: one of the project's own by its class, any other as Python's name and whole text."""
    error = explained(error) if isinstance(error, ImportError) else error  # a package is missing, and not the model's fault
    if isinstance(error, PlumblineError):
        return {"error": type(error).__name__, "message": error.message, "hint": error.hint}
    return {"error": "", "message": f"{type(error).__name__}: {str(error).strip()}", "hint": ""}


def quantize(model: keras.Model, calibration: Sequence[Floats], per_channel_dense: bool, observed: Path, activations: str = INT8) -> bytes:
    """Convert to integers with a batch of 1; `calibration`, (N, ...) for each input, shows the converter what inputs look like, and `observed` counts
    them.
    """
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder:
        # The names of the model, its layers and its input reach the flatbuffer; the recipe fixes them, and the folder's does not reach it.
        names = input_names(model)
        ends = zip(calibration, model.inputs, names, strict=True)
        signature = [tf.TensorSpec((1, *values.shape[1:]), end.dtype, name=name) for values, end, name in ends]
        with convertible(model, fuse=activations == INT8):
            model.export(folder, input_signature=signature if len(signature) == 1 else [signature], verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: counted(calibration, signature, observed)
        sets = tf.lite.OpsSet
        wide = activations == INT16
        converter.target_spec.supported_ops = [
            sets.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8 if wide else sets.TFLITE_BUILTINS_INT8
        ]
        converter.inference_input_type = converter.inference_output_type = tf.int16 if wide else tf.int8
        converter._experimental_disable_per_channel_quantization_for_dense_layers = not per_channel_dense
        if states(model):
            converter.experimental_enable_resource_variables = True
            converter._experimental_variable_quantization = True  # without it they stay float32, and what reads and assigns them too
        keep_float(converter, observed.with_name(TWIN))
        return tabulated(joined(bytes(converter.convert())))


def keep_float(converter: Any, path: Path) -> None:
    """Have the converter write the float32 flatbuffer to `path` that it then quantizes, whose tensors have the names of the int8 one's.

    There is no public way to it. A second conversion, to float32, would take a quarter of the time of all, and could crash where the first did not.
    """
    quantized = getattr(converter, "_quantize", None)
    if quantized is None:  # another TensorFlow than the pinned one: an int8 model without a float one beside it is still a model
        return

    def noted(flatbuffer: bytes, *how: Any) -> Any:
        path.write_bytes(flatbuffer)
        return quantized(flatbuffer, *how)

    converter._quantize = noted


def counted(calibration: Sequence[Floats], signature: Sequence[Any], observed: Path) -> Iterator[dict[str, Any]]:
    """The inputs as the converter takes them; a byte in the file says that one was taken, for the parent to show how far it is."""
    with observed.open("ab", buffering=0) as file:
        for row in zip(*calibration, strict=True):
            yield {end.name: each[np.newaxis].astype(end.dtype.as_numpy_dtype) for each, end in zip(row, signature, strict=True)}
            file.write(b".")


if __name__ == "__main__":
    raise SystemExit(main())
