"""Inputs of a model that somebody brings, and what they stand for, from the files in which people keep them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from plumbline.common import usage
from plumbline.common.errors import UsageError
from plumbline.convert.importers.file_kinds import kind_of
from plumbline.convert.importers.samples.arrays import read_npy, read_npz, savez
from plumbline.convert.importers.samples.tables import read_table
from plumbline.convert.importers.samples.values import Found, Targets, as_floats, as_targets

TABLES = (".csv", ".tsv", ".txt", ".dat", ".data", ".tab")
HINT = "A .npy or .npz file holds an array (N, ...), a .csv, .tsv or .txt file one sample a row."


@dataclass(frozen=True)
class Samples:
    """What a file of samples holds. Inputs are not yet fitted to a model, see `plumbline.convert.importers.samples.shape.fit`."""

    inputs: tuple[NDArray[np.float32], ...]
    """For each input of the model (N, ...), or one sample alone without the first axis; finite."""
    targets: Mapping[str, Targets] = field(default_factory=dict)
    """What the model should answer, by the name of its output, see `plumbline.common.by_name`; empty where the file names none."""
    notes: tuple[str, ...] = ()
    """What was done with the file beyond reading numbers, a sentence each, for the person who gave it."""

    @property
    def flat(self) -> NDArray[np.float32]:
        """(N, elements) of samples (N, ...): the inputs one after the other, as in a row."""
        return np.concatenate([each.reshape(len(each), -1) for each in self.inputs], axis=1)


def load_samples(path: Path, names: tuple[str, ...] = ("inputs",)) -> Samples:
    """Read samples, and their targets where the file names them.

    Args:
        path: the file.
        names: what the model calls its inputs. For several the file is an .npz with an array of each name.

    An .npz file holds `inputs` (or an array of the input's name, or one array alone) and, if wanted, one called `target`, `targets`, `label`,
    `labels` or `class`; of several outputs each has its own, `targets_` or `labels_` with its name behind. A table has one sample a
    row; with a header row, the column of such a name holds the targets, or several whose names begin with `target_`. A table may be compressed with
    gzip.

    Raises:
        UsageError: the file is missing, of another kind, damaged, too large, or holds no finite real numbers.
    """
    name = usage.option("samples", str(path))
    if path.is_dir():
        raise UsageError(f"{name} is a folder.", HINT)
    if not path.is_file():
        raise UsageError(f"{name} does not exist.", HINT)
    try:
        found = read(path, name, names)
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror or error}.", HINT) from error
    inputs = tuple(as_floats(each, name) for each in (found, *found.others))
    counts = {len(each) for each in inputs}
    if len(counts) > 1:
        listed = ", ".join(f"{len(each)} of {title}" for each, title in zip(inputs, names, strict=True))
        raise UsageError(f"{name} holds {listed}.", "Each sample needs a value for every input, in the same order.")
    count = len(inputs[0])
    lengths = {found.titles[output]: len(each) if each.ndim else 1 for output, each in found.targets.items()}
    wrong = [f"{held} {title}" for title, held in lengths.items() if held != count]
    if wrong:
        raise UsageError(f"{name} holds {count} inputs and {' and '.join(wrong)}.", "Each input needs its target.")
    targets = {output: as_targets(each, found.titles[output], count, name) for output, each in found.targets.items()}
    return Samples(inputs, targets, found.notes)


def read(path: Path, name: str, names: tuple[str, ...] = ("inputs",)) -> Found:
    """The arrays of a file for inputs of these names, by what it is rather than by its name.

    Raises:
        UsageError: it is of no kind that holds samples.
        OSError: it cannot be read.
    """
    kind, suffix = kind_of(path), path.suffix.lower()
    if len(names) > 1 and kind.name != "npz":
        raise UsageError(f"{name} holds one array, the model has the inputs {', '.join(names)}.", savez(names))
    if kind.name == "npy":
        return read_npy(path, name)
    if kind.name == "npz":
        return read_npz(path, name, names)
    if kind.name == "gzip":
        suffix = Path(path.stem).suffix.lower()
    if kind.name in ("text", "gzip") and suffix in TABLES:
        return read_table(path, name)
    if kind.name == "text":
        what = f"the suffix {path.suffix}, which no file of samples has" if path.suffix else "no suffix"
        raise UsageError(f"{name} is a text and has {what}.", HINT)
    raise UsageError(f"{name} is {kind.title}: neither .npy, .npz nor a table of numbers.", kind.samples_hint or HINT)
