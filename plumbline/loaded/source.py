"""What a person names to `plumbline.load`: a file, the bytes of one, or what was converted in the build folder."""

from __future__ import annotations

import hashlib
from os import PathLike, fspath
from pathlib import Path

from plumbline.common import folder_names
from plumbline.common.errors import ArtefactsDisagree, UsageError
from plumbline.common.manifest import GENERATED, Manifest
from plumbline.common.way import Way
from plumbline.convert.importers.model_file import way_of
from plumbline.pipeline import project
from plumbline.pipeline.target import Target

CONVERTED = "model.tflite"
"""In a folder of the build folder."""


def flatbuffer_of(model: str | PathLike[str] | bytes) -> tuple[str, bytes, tuple[str, ...]]:
    """The name of a model, for people, its flatbuffer, and what its conversion calls the operators; none of what was not converted here.

    Raises:
        UsageError: there is no such file, or it was not converted.
        UnknownRecipe: there is no recipe of that name.
        ModelRefused, DoesNotFit: see `way_of`.
    """
    if isinstance(model, (bytes, bytearray, memoryview)):
        return "model", bytes(model), ()
    if not isinstance(model, (str, PathLike)):
        raise UsageError(f"A model is a file or the bytes of one, this is {type(model).__name__}.", 'For instance plumbline.load("model.tflite").')
    text = fspath(model)
    target = Target.parse(text)
    path = target.model
    if path is not None and (path / CONVERTED).is_file():  # a folder of the build folder
        return converted(path.resolve())
    if path is not None and way_of(path) is Way.TFLITE:
        return converted(path.resolve().parent) if path.name == CONVERTED else (path.stem, path.read_bytes(), ())
    build = project.find().build
    if path is not None:
        folder = folder_names.claimed(path, build)
        if folder is None or not (build / folder / CONVERTED).is_file():
            raise UsageError(
                f"{path} is a float model, and no conversion of it is in {build}.", f"Convert it first: plumbline convert {path} --samples inputs.npy"
            )
        return converted(build / folder)
    target.check()
    folder = target.folder(build)
    found = build / folder / CONVERTED
    if not found.is_file():
        raise UsageError(f"The recipe {text} is not converted: there is no {found}.", f"Convert it first: plumbline convert {text}")
    return converted(build / folder)


def converted(folder: Path) -> tuple[str, bytes, tuple[str, ...]]:
    """What a conversion has left in its folder, or somebody has put there."""
    raw = (folder / CONVERTED).read_bytes()
    try:
        manifest = Manifest.load(folder / GENERATED / "manifest.json")
    except ArtefactsDisagree:
        return folder.name, raw, ()
    same = manifest.model_sha256 == hashlib.sha256(raw).hexdigest()
    return folder.name, raw, tuple(each.called for each in manifest.operators) if same else ()
