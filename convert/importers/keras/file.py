"""What a Keras file says about its model, read without TensorFlow and without running anything, and without unpacking more than it may hold."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plumbline.common.errors import DoesNotFit, ModelRefused
from plumbline.convert.importers.bounded_zip import DAMAGE, content, members
from plumbline.convert.importers.file_kinds import kind_of

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", ("model.weights.h5", "model.weights.npz")
LARGEST_CONFIG = 1 << 23
"""Bytes of config.json: a layer takes about one thousand, and no model for a microcontroller has some thousand layers."""
LARGEST_METADATA = 1 << 16
DEEPEST = 100
"""Levels of braces and brackets in config.json; a layer inside of three nested models lies 30 deep."""
LARGEST_WEIGHTS = 64 << 20
"""Bytes of weights: of 4 MB of int8 constants, as many as are compiled, the weights are 16 MB as float32, and with the state of an optimizer three
times that; HDF5 adds some."""
BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[][{}]', re.DOTALL)
ANEW = "Save it anew with model.save('name.keras')."


@dataclass(frozen=True)
class KerasFile:
    """What a Keras file says, read without running any of its code."""

    path: Path
    config: dict[str, Any]
    version: str
    """The version of Keras that wrote it, or "" where it does not say."""
    weights: bytes
    """The member that holds the weights; empty for an .h5 file, which holds them itself."""
    weights_name: str = ""

    @property
    def legacy(self) -> bool:
        """Whether it is an .h5 file of one piece."""
        return not self.weights_name

    @property
    def of_keras_2(self) -> bool:
        return self.version.startswith("2.")

    def writer(self) -> str:
        """The version as part of a sentence."""
        return f"Keras {self.version}" if self.version else "an unknown version of Keras"


def read(path: Path) -> KerasFile:
    """Read a .keras or .h5 file.

    Raises:
        ModelRefused: it is damaged, of another kind, or holds weights without a model.
        DoesNotFit: it is larger than what is read.
    """
    kind = kind_of(path)
    if kind.name == "keras":
        return read_archive(path)
    if kind.name == "hdf5":
        return read_hdf5(path)
    raise ModelRefused(f"{path} is {kind.title}, no Keras model.", kind.model_hint or ANEW)


def read_archive(path: Path) -> KerasFile:
    """Read the zip file that Keras writes since version 2.12.

    Raises:
        ModelRefused: it is damaged.
        DoesNotFit: it is larger than what is read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            held = members(archive, str(path), ModelRefused)
            if CONFIG not in held:
                raise ModelRefused(f"{path} holds no {CONFIG}: it is no .keras file, or a part of one.", ANEW)
            weights = next((name for name in WEIGHTS if name in held), None)
            if weights is None:
                raise ModelRefused(f"{path} holds no weights: it is no .keras file, or a part of one.", ANEW)
            check_size(path, held[weights].file_size)
            config = parsed(content(archive, held[CONFIG], LARGEST_CONFIG), path)
            about = parsed(content(archive, held[METADATA], LARGEST_METADATA), path) if METADATA in held else {}
            return KerasFile(path, config, str(about.get("keras_version", "")), content(archive, held[weights], LARGEST_WEIGHTS), weights)
    except DAMAGE as error:
        raise ModelRefused(f"{path} is damaged: {str(error) or type(error).__name__}.", ANEW) from error


def read_hdf5(path: Path) -> KerasFile:
    """Read the HDF5 file that Keras 1 and 2 wrote, and that Keras 3 still writes for the suffix .h5.

    Raises:
        ModelRefused: it is damaged, or holds weights alone.
        DoesNotFit: it is larger than what is read.
    """
    import h5py

    check_size(path, path.stat().st_size)
    try:
        with h5py.File(path, "r") as file:
            check_size(path, stored(file))
            text, version = file.attrs.get("model_config"), file.attrs.get("keras_version", "")
    except (OSError, ValueError, KeyError, RuntimeError, TypeError, MemoryError, RecursionError) as error:
        raise ModelRefused(f"{path} is a damaged HDF5 file: {str(error).splitlines()[0] if str(error) else type(error).__name__}.", ANEW) from error
    if text is None:
        hint = "Build the model, load these with model.load_weights, and save it with model.save('name.keras')."
        raise ModelRefused(f"{path} holds weights without the model they belong to.", hint)
    raw = text if isinstance(text, bytes) else str(text).encode()
    if len(raw) > LARGEST_CONFIG:
        raise ModelRefused(f"{path} describes its model in {len(raw):,} bytes, at most {LARGEST_CONFIG:,} are taken.", ANEW)
    return KerasFile(path, parsed(raw, path), version.decode(errors="replace") if isinstance(version, bytes) else str(version), b"")


def stored(file: Any) -> int:
    """Bytes that all datasets of an open HDF5 file claim, without reading them.

    Raises:
        ValueError: one lies in another file.
    """
    import h5py

    total = 0

    def add(name: str, item: Any) -> None:
        nonlocal total
        if isinstance(item, h5py.Dataset):
            if item.external or item.is_virtual:
                raise ValueError(f"{name} lies in another file")
            total += item.size * item.dtype.itemsize

    file.visititems(add)
    return total


def check_size(path: Path, size: int) -> None:
    """Raises DoesNotFit where weights are larger than LARGEST_WEIGHTS."""
    if size > LARGEST_WEIGHTS:
        raise DoesNotFit(
            f"{path} holds {size:,} bytes of weights, at most {LARGEST_WEIGHTS:,} are read.",
            "Use a smaller model, and save it without its optimizer: keras.models.load_model(path, compile=False).save('name.keras').",
        )


def parsed(raw: bytes, path: Path) -> dict[str, Any]:
    """A JSON object.

    Raises:
        ModelRefused: it is no JSON object, or nested too deeply.
    """
    deep = depth(raw)
    if deep > DEEPEST:
        raise ModelRefused(f"{path} is damaged: its description is nested more than {DEEPEST} levels deep.", ANEW)
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ModelRefused(f"{path} is damaged: its description is no JSON: {error}.", ANEW) from error
    if not isinstance(found, dict):
        raise ModelRefused(f"{path} is damaged: its description is no JSON object.", ANEW)
    return found


def depth(raw: bytes) -> int:
    """The most braces and brackets that are open at once, strings left out; no more than needed to see that they are too many."""
    deepest = level = 0
    for found in BRACKETS.finditer(raw):
        level += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(found[0], 0)
        deepest = max(deepest, level)
        if deepest > DEEPEST:
            break
    return deepest
