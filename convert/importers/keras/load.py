"""A Keras model from its file, ready to be converted: in the process that holds TensorFlow, see `plumbline.convert.importers.keras.worker`."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from plumbline.common import usage
from plumbline.common.errors import ConversionFailed, ModelRefused
from plumbline.common.way import advice
from plumbline.convert.importers.keras import config
from plumbline.convert.importers.keras.file import KerasFile, read
from plumbline.convert.importers.keras.forms import look_up_nearest_rows
from plumbline.convert.importers.keras.recurrent import check_recurrent
from plumbline.convert.importers.keras.repair import repaired
from plumbline.convert.importers.keras.state import reset, states
from plumbline.convert.importers.samples.shape import Axes

if TYPE_CHECKING:
    import keras

MISSING = re.compile(r"(?:locate|find) (class|function) '([^']+)'|Unknown (\w+): '?([^'\s.]+)'?")
"""How Keras says that it does not know a class or function."""


def examined(path: Path, trust: bool) -> KerasFile:
    """A Keras file in which nothing was found that cannot be converted; TensorFlow is not yet needed.

    Args:
        path: the file.
        trust: whether Python code in the file may run.

    Raises:
        ModelRefused: the file is damaged or of another kind, or the model cannot be converted.
        DoesNotFit: it is larger than what is read.
    """
    file = read(path)
    config.check(file, trust)
    check_recurrent(file.config, str(path))
    return file


def load(file: KerasFile, trust: bool) -> keras.Model:
    """The model in a Keras file, in float32, without its loss, metrics and optimizer.

    A Lambda is stored as Python bytecode, which nobody should run out of a file unless they trust who wrote it. The files of recipes hold none.

    Raises:
        ModelRefused: Keras does not build the model, or it does not say what it takes.
        ConversionFailed: a weight is NaN or infinite.
    """
    path = file.path
    model = from_file(file, trust)
    check_ends(model, path)
    check_finite(model)
    if file.of_keras_2 and not file.legacy:
        check_weights(model, file)
    look_up_nearest_rows(model)
    reset(states(model))  # the file holds what the last inference before it was saved has left
    return with_plain_ends(model)


def from_file(file: KerasFile, trust: bool) -> keras.Model:
    """Let Keras build the model from a copy of the file, under a plain name and with the description that it understands.

    Raises:
        ModelRefused: Keras does not build it.
    """
    import keras

    import plumbline.common.ring  # noqa: F401  which Keras then knows

    with tempfile.TemporaryDirectory(prefix="plumbline-") as folder:
        copy = Path(folder) / ("model.h5" if file.legacy else "model.keras")
        write(file, copy)
        try:
            return keras.models.load_model(copy, compile=False, safe_mode=not trust)
        except Exception as error:  # Keras raises errors of every class
            raise not_built(file, error) from error


def write(file: KerasFile, copy: Path) -> None:
    """The file with its description repaired, see `plumbline.convert.importers.keras.repair`."""
    if file.legacy:
        import h5py

        shutil.copyfile(file.path, copy)
        with h5py.File(copy, "r+") as held:
            held.attrs["model_config"] = json.dumps(repaired(file)).encode()
            if "training_config" in held.attrs:
                del held.attrs["training_config"]
        return
    with zipfile.ZipFile(copy, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": file.version}))
        archive.writestr("config.json", json.dumps(repaired(file)))
        archive.writestr(file.weights_name, file.weights)


def not_built(file: KerasFile, error: Exception) -> ModelRefused:
    """What Keras has against a file, with the class or function that it lacks, or its whole text."""
    text = " ".join(str(cause) for cause in causes(error))
    found = MISSING.search(text)
    if found:
        kind, name = (found[1], found[2]) if found[1] else (found[3], found[4])
        return ModelRefused(
            f"{file.path}: the {kind} {name} is code that is not in the file.",
            config.CODE_ELSEWHERE,
        )
    import keras

    told = re.sub(r"\s*(Full object )?config\s*=?:? ?\{.*?\}\.?(?=\n\n|$)", "", str(error), flags=re.DOTALL).strip() or type(error).__name__
    hint = f"Load it with the Keras that wrote it, and save it anew with model.save('name.keras'); here is Keras {keras.__version__}."
    return ModelRefused(f"Keras does not build the model in {file.path}, which {file.writer()} wrote: {' '.join(told.split())[:2000]}", hint)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def check_ends(model: keras.Model, path: Path) -> None:
    """Raises ModelRefused where the model does not say what it takes."""
    try:
        inputs, outputs = model.inputs, model.outputs
    except AttributeError:
        inputs = outputs = None
    if not inputs or not outputs:
        hint = "Save it as a functional model: keras.Model(x, model(x)) with x = keras.Input(shape)."
        raise ModelRefused(f"{path}: the model does not say which shape its input has.", hint)


def with_plain_ends(model: keras.Model) -> keras.Model:
    """The model, taking a list of inputs where it takes several, and answering a dictionary of outputs where it answers several, one itself."""
    import keras

    nested = isinstance(getattr(model, "output", None), (dict, list, tuple))
    if len(model.outputs) == 1:
        return keras.Model(model.inputs, model.outputs[0], name=model.name) if nested or len(model.inputs) > 1 else model
    return keras.Model(model.inputs, dict(zip(output_names(model), model.outputs, strict=True)), name=model.name)


def output_names(model: keras.Model) -> list[str]:
    """A name for each output: its key where the model answers a dictionary, else its layer's, numbered where one layer answers several."""
    answer = getattr(model, "output", None)
    if isinstance(answer, dict):
        names = {id(tensor): key for key, tensor in answer.items()}
        found = [str(names.get(id(tensor), tensor.name)) for tensor in model.outputs]
    else:
        found = [str(tensor._keras_history.operation.name) for tensor in model.outputs]
    return [name if found.count(name) == 1 else f"{name}_{found[:place].count(name)}" for place, name in enumerate(found)]


def check_finite(model: keras.Model) -> None:
    """Raises ConversionFailed where a weight is no number: the converter would take it for one and quantize it."""
    for weight in model.weights:
        if not np.isfinite(weight.numpy()).all():
            again = "Train it again; a smaller learning rate or clipped gradients keep weights finite."
            hint = advice(recipe=f"Train it again: {usage.command('train', anew=True)}.", keras=again, tflite=again)
            raise ConversionFailed(f"{weight.path} holds NaN or infinity.", hint)


def check_weights(model: keras.Model, file: KerasFile) -> None:
    """Hold the weights of a model against those in the file: Keras 3 reads the files of Keras 2 by its own rules.

    Raises:
        ModelRefused: a weight of the model is not one of the file's.
    """
    import h5py

    held: Counter[str] = Counter()

    def add(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and not name.startswith("optimizer"):
            held[fingerprint(item[()])] += 1

    with h5py.File(io.BytesIO(file.weights), "r") as weights:
        weights.visititems(add)
    wanted = Counter(fingerprint(weight.numpy()) for weight in model.weights if "seed_generator" not in weight.path)
    if wanted - held:
        raise ModelRefused(
            f"{file.path} was written by {file.writer()}: Keras 3 builds its layers, but not with its weights.",
            "Load it with Keras 2, and save it as HDF5: model.save('name.h5').",
        )


def fingerprint(values: Any) -> str:
    array = np.ascontiguousarray(values, np.float32)
    return f"{array.shape} {hashlib.sha256(array.tobytes()).hexdigest()}"


def axes(model: keras.Model) -> list[Axes]:
    """The shape of one sample of each input; None where the samples give the length."""
    return [tuple(each.shape[1:]) for each in model.inputs]
