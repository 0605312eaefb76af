"""What somebody gives as MODEL: which of the two ways it takes, or what it is instead and the one step that helps."""

from __future__ import annotations

from pathlib import Path

from plumbline.common import usage
from plumbline.common.errors import DoesNotFit, ModelRefused, UsageError
from plumbline.common.way import Way
from plumbline.convert.importers.file_kinds import EMPTY, KERAS, TEXT, TFLITE, UNKNOWN, Kind, kind_of
from plumbline.convert.importers.keras.file import ANEW

LARGEST_TFLITE = 16 << 20
"""Bytes of a .tflite file: four for each of the 4 MB of constants that are compiled, so that the float32 form of the largest model is still looked at
and called what it is."""
GIVE = f"Give a .tflite file, or a .keras file with {usage.option('samples', 'inputs.npy')}."
SAVED_MODEL = "In the Keras that made it, load it and save it as one file: model.save('name.keras'), or model.save('name.h5') in Keras 2."


def way_of(path: Path) -> Way:
    """The way of a model, by what the file is rather than by its name.

    Raises:
        UsageError: there is no such file, or one that is no model.
        ModelRefused: it is a model of another kind, or damaged.
        DoesNotFit: it is larger than what is read.
    """
    if path.is_dir():
        raise folder(path)
    if not path.is_file():
        raise UsageError(f"{usage.model_file(path)} does not exist.", GIVE)
    try:
        kind, size = kind_of(path), path.stat().st_size
    except OSError as error:
        raise UsageError(f"{usage.model_file(path)} cannot be read: {error.strerror or error}.", GIVE) from error
    if kind is TFLITE:
        if size > LARGEST_TFLITE:
            raise DoesNotFit(f"{path} has {size:,} bytes, at most {LARGEST_TFLITE:,} are read.", "Use a smaller model.")
        return Way.TFLITE
    suffix = path.suffix.lower()
    if kind is KERAS or kind.name == "hdf5":
        return Way.KERAS
    raise no_model(path, kind, suffix)


def no_model(path: Path, kind: Kind, suffix: str) -> UsageError | ModelRefused:
    """What a file is that is no model for this."""
    if suffix == ".tflite":
        hint = kind.model_hint if kind is not EMPTY else ""
        return ModelRefused(
            f"{path} is {kind.title}, no TensorFlow Lite model.",
            hint or begins(path, kind) or "Get the file anew from where it came, or convert the model anew.",
        )
    if suffix in (".keras", ".h5", ".hdf5"):
        return ModelRefused(f"{path} is no {suffix} file: it is {kind.title}.", kind.model_hint or ANEW)
    if kind in (EMPTY, UNKNOWN) or not kind.model_hint:
        return UsageError(f"{path} is neither a .tflite nor a .keras file: it is {kind.title}.", GIVE)
    return ModelRefused(f"{path} is neither a .tflite nor a .keras file: it is {kind.title}.", kind.model_hint)


def begins(path: Path, kind: Kind) -> str:
    """What a text says at its beginning, which is often an answer of a server; empty of other files."""
    if kind is not TEXT:
        return ""
    with path.open("rb") as file:
        start = file.read(60).decode(errors="replace").strip()
    return f"It begins with {start!r}. Get the model anew from where it came."


def folder(path: Path) -> UsageError | ModelRefused:
    """What a folder is that is given as a model."""
    if (path / "saved_model.pb").is_file() or (path / "saved_model.pbtxt").is_file():
        return ModelRefused(f"{path} is the folder of a SavedModel, which Keras 3 does not load as a model.", SAVED_MODEL)
    if (path / "config.json").is_file():
        return ModelRefused(f"{path} is the folder of an unpacked .keras file.", f"Pack it again: cd {path.name} && zip -0 ../name.keras *")
    return UsageError(f"{usage.model_file(path)} is a folder.", GIVE)
