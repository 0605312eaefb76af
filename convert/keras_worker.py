"""The child process that holds TensorFlow: `python -m convert.keras_worker MODEL JOB`, started by convert/quantize.py.

It runs apart because TensorFlow's converter kills its process on some models. It reads calibration.npy and points.npy from the folder JOB
and writes model.tflite, float.tflite and float.npz there; where Python itself reports what went wrong, error.txt.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from convert import flatbuffer
from convert.codes import dequantize
from convert.lstm_export import convertible
from convert.quantize import OBSERVED, TWIN
from convert.sample_rows import most_inputs, sample_rows
from training import keras_env

if TYPE_CHECKING:
    import keras

Floats = NDArray[np.float32]


class SamplesMismatch(Exception):
    """Samples that are no inputs of the model."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m convert.keras_worker")
    parser.add_argument("model", type=Path)
    parser.add_argument("job", type=Path)
    parser.add_argument("--per-channel-dense", action="store_true")
    parser.add_argument("--recipe", help="whose layers() rebuild a model with a Lambda")
    parser.add_argument("--trust", action="store_true", help="run the Python code of a Lambda in the file")
    arguments = parser.parse_args()
    job: Path = arguments.job
    try:
        keras_env.prepare()
        model = load(arguments.model, arguments.recipe, arguments.trust)
        check_finite(model)
        shape_samples(model, job / "calibration.npy")
        raw = quantize(model, np.load(job / "calibration.npy"), arguments.per_channel_dense, job / OBSERVED)
        (job / "model.tflite").write_bytes(raw)
        given = {name: np.load(job / f"{name}.npy") for name in ("points", "test", "calibration")}
        np.savez(job / "float.npz", **cast(Any, float_answers(model, raw, given)))
    except Exception as error:  # whatever Keras raises becomes one sentence in the parent
        (job / "error.txt").write_text(f"{type(error).__name__}: {str(error).strip()}")
        return 1
    return 0


def load(path: Path, name: str | None, trust: bool) -> keras.Model:
    """The model in a .keras file. One with a Lambda is rebuilt from its recipe, and only its weights are read.

    A Lambda is stored as Python bytecode, which nobody should run out of a file unless they trust who wrote it; the recipe's code is the
    project's own.
    """
    import keras

    if name is None or not has_lambda(path):
        return keras.models.load_model(path, safe_mode=not trust)
    from training import fit, recipe

    model = fit.build(recipe.find(name))
    model.load_weights(path)
    return model


def has_lambda(path: Path) -> bool:
    """Whether the configuration inside a .keras file names a Lambda layer."""
    with zipfile.ZipFile(path) as archive:
        return '"class_name": "Lambda"' in json.dumps(json.loads(archive.read("config.json")))


def shape_samples(model: keras.Model, path: Path) -> None:
    """Give samples the shape of the model's input where a file could only hold rows of numbers.

    Raises:
        SamplesMismatch: they do not fit.
        ValueError: the model has several inputs or outputs.
    """
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise ValueError(f"the model has {len(model.inputs)} inputs and {len(model.outputs)} outputs, one of each is supported")
    samples, wanted = np.load(path), tuple(model.input_shape[1:])
    if samples.shape[1:] == wanted:
        return
    if None in wanted or samples[0].size != int(np.prod(wanted)):
        raise SamplesMismatch(f"a sample has the shape {samples.shape[1:]}, the model takes {wanted}")
    np.save(path, samples.reshape(-1, *wanted))


def check_finite(model: keras.Model) -> None:
    """The converter would take NaN for a number and quantize it."""
    for weight in model.weights:
        if not np.isfinite(weight.numpy()).all():
            raise FloatingPointError(f"{weight.path} holds NaN or infinity")


def quantize(model: keras.Model, calibration: Floats, per_channel_dense: bool, observed: Path) -> bytes:
    """Convert to int8 with a batch of 1; `calibration` (N, ...) shows the converter what inputs look like, and `observed` counts them."""
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder:
        # The names of the model, its layers and its input reach the flatbuffer; the recipe fixes them, and the folder's does not reach it.
        signature = [tf.TensorSpec((1, *calibration.shape[1:]), tf.float32, name="input")]
        with convertible(model):
            model.export(folder, input_signature=signature, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: counted(calibration, observed)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
        converter._experimental_disable_per_channel_quantization_for_dense_layers = not per_channel_dense
        raw = bytes(converter.convert())
        observed.with_name(TWIN).write_bytes(unquantized(folder))
        return raw


def unquantized(folder: str) -> bytes:
    """The same saved model as a float32 flatbuffer, whose tensors have the names of the int8 one's; nothing where it cannot be converted."""
    import tensorflow as tf

    try:
        return bytes(tf.lite.TFLiteConverter.from_saved_model(folder).convert())
    except Exception:  # an int8 model without a float one beside it is still a model; what it is for says that it is missing
        return b""


def counted(calibration: Floats, observed: Path) -> Iterator[list[Floats]]:
    """The inputs as the converter takes them; a byte in the file says that one was taken, for the parent to show how far it is."""
    with observed.open("ab", buffering=0) as file:
        for each in calibration:
            yield [each[np.newaxis]]
            file.write(b".")


def float_answers(model: keras.Model, raw: bytes, given: dict[str, Floats]) -> dict[str, NDArray[Any]]:
    """What the float model answers, how many parameters it has, and its weights where it is a chain of Dense.

    Args:
        model: the float model.
        raw: the flatbuffer made of it.
        given: inputs by name: `points` (M, ...) and `test` (T, ...) to answer; the samples are those of `test`, or some of
            `calibration` where it is empty.
    """
    graph = flatbuffer.read(raw)
    held_back = len(given["test"]) > 0
    samples = given["test"] if held_back else given["calibration"]
    asked = sample_rows(graph, samples, None if held_back else most_inputs(graph))
    inputs = dequantize(asked.codes, graph.input.quantized).reshape(-1, *samples.shape[1:])
    answers: dict[str, NDArray[Any]] = {"codes": asked.codes, "chosen": asked.chosen, "sample_rows": asked.rows}
    answers |= {"float_codes": predict(model, inputs), "float_x": predict(model, given["points"])}
    answers |= {"sample_inputs": samples[asked.chosen].reshape(len(asked.chosen), -1), "float_samples": predict(model, samples[asked.chosen])}
    answers["parameters"] = np.array(model.count_params())
    for i, (weights, bias, activation) in enumerate(dense_chain(model)):
        answers |= {f"weights{i}": weights, f"bias{i}": bias, f"activation{i}": np.array(activation)}
    return answers


def predict(model: keras.Model, inputs: Floats) -> Floats:
    """float32 answers (N, outputs), without the progress bar and the batches of `model.predict`."""
    if not len(inputs):
        return np.empty((0, int(np.prod(model.output_shape[1:]))), np.float32)
    return np.asarray(model(inputs, training=False), np.float32).reshape(len(inputs), -1)


def dense_chain(model: keras.Model) -> list[tuple[Floats, Floats, str]]:
    """Weights (outputs, inputs), bias (outputs,) and activation of each layer, or nothing where the model is no chain of Dense layers."""
    import keras

    chain = []
    for layer in model.layers:
        if isinstance(layer, (keras.layers.InputLayer, keras.layers.Dropout, keras.layers.GaussianNoise)):
            continue
        activation = getattr(getattr(layer, "activation", None), "__name__", "")
        if not isinstance(layer, keras.layers.Dense) or activation not in ("linear", "relu", "relu6") or len(layer.input.shape) != 2:
            return []
        kernel = np.asarray(layer.kernel, np.float32).T
        bias = np.asarray(layer.bias, np.float32) if layer.use_bias else np.zeros(len(kernel), np.float32)
        chain.append((kernel, bias, activation))
    return chain


if __name__ == "__main__":
    raise SystemExit(main())
