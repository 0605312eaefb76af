"""What the board must answer: TensorFlow Lite Micro's reference kernels, live through the tflite-micro wheel where there is one,
else the codes that the conversion stored; the float model's answers are always the stored ones.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import ArtefactsDisagree
from plumbline.common.folder_names import anew
from plumbline.common.manifest import Manifest
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.references import tflm

Codes = NDArray[np.int8]
Floats = NDArray[np.float32]

UNREADABLE = (OSError, EOFError, KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile, zlib.error)
"""What np.load raises for a file that is missing, empty, cut, damaged, or another kind of array file."""


@dataclass(frozen=True)
class Samples:
    """Real data: a recipe's held-back split or the points of its domain, or the samples of the user's own; S inputs."""

    rows: NDArray[np.int64]
    """(S,): the row in `codes` that each input becomes."""
    inputs: Floats
    """(S, input_bytes): the inputs before they become codes."""
    floats: Floats | None = None
    """(S, output_bytes): the float model at those inputs; None where there is no float model."""
    targets: NDArray[Any] | None = None
    """(S, ...): labels or values; None where nobody gave them."""


@dataclass(frozen=True)
class References:
    """`references.npz`, checked for shape; N rows of codes, M points x."""

    codes: Codes
    """(N, input_bytes); all 256 where the input is one int8."""
    expected: Codes
    """(N, output_bytes): TFLM's answers, or the integer model's, as the manifest says."""
    float_codes: Floats
    """(N, output_bytes): the float model at the real numbers that the codes stand for."""
    x_nano: NDArray[np.int64]
    """(M,): the sample points, then the sweep."""
    samples: int
    """How many of the x are sample points."""
    float_x: Floats
    """(M, output_bytes): the float model at x."""
    data: Samples | None = None
    """None where a .tflite file came without samples."""
    litert: Codes | None = None
    """(N, output_bytes): LiteRT's answers; None where the conversion could not ask it."""
    kinds: NDArray[np.str_] | None = None
    """(N,): what each input is that was chosen to tell kernels apart, e.g. "ramp"; empty for real data and for all 256 codes of one input."""
    float_product: Codes | None = None
    """(N, output_bytes): what TFLM libraries before autumn 2026 answer; None where the conversion could not work it out."""

    @property
    def chosen(self) -> NDArray[np.bool_]:
        """(N,): whether each input was chosen to tell kernels apart. No float model's answer says how far a board may lie from it there."""
        return np.zeros(len(self.codes), bool) if self.kinds is None else self.kinds != ""


@dataclass(frozen=True)
class Oracle:
    """The references, and who vouches for their expected codes."""

    references: References
    name: str
    """Named in the verdict, e.g. "tflite-micro 0.dev20260101, live"."""


def load_references(path: Path, manifest: Manifest) -> References:
    """Read `references.npz`.

    Raises:
        ArtefactsDisagree: it is missing, damaged, or its shapes do not fit the manifest.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            references = References(
                codes=stored["codes"].astype(np.int8, casting="equiv"),
                expected=stored["tflm"].astype(np.int8, casting="equiv"),
                float_codes=stored["float_codes"].astype(np.float32, casting="same_kind"),
                x_nano=stored["x_nano"].astype(np.int64, casting="equiv"),
                samples=int(stored["samples"]),
                float_x=stored["float_x"].astype(np.float32, casting="same_kind"),
                data=Samples(
                    stored["sample_rows"].astype(np.int64, casting="equiv"),
                    stored["sample_inputs"].astype(np.float32, casting="same_kind"),
                    stored["float_samples"].astype(np.float32, casting="same_kind") if "float_samples" in stored else None,
                    stored.get("targets"),
                )
                if "sample_rows" in stored
                else None,
                kinds=stored["kinds"].astype(np.str_, casting="safe") if "kinds" in stored else None,
                litert=stored["litert"].astype(np.int8, casting="equiv") if "litert" in stored else None,
                float_product=stored["tflm_float_product"].astype(np.int8, casting="equiv") if "tflm_float_product" in stored else None,
            )
    except UNREADABLE as error:
        raise ArtefactsDisagree(f"{path} cannot be read: {error}.", _again(manifest)) from error
    rows, points = len(references.codes), len(references.x_nano)
    wanted = {
        "codes": (rows, manifest.input.bytes),
        "expected": (rows, manifest.output.bytes),
        "float_codes": (rows, manifest.output.bytes),
        "x_nano": (points,),
        "float_x": (points, manifest.output.bytes),
    }
    wanted |= {} if references.kinds is None else {"kinds": (rows,)}
    wanted |= {name: wanted["expected"] for name in ("litert", "float_product") if getattr(references, name) is not None}
    for name, shape in wanted.items():
        if getattr(references, name).shape != shape:
            raise ArtefactsDisagree(f"{path}: {name} has shape {getattr(references, name).shape}, not {shape}.", _again(manifest))
    _check_samples(path, references, manifest)
    return references


def _again(manifest: Manifest) -> str:
    return f"Write it anew: {anew(manifest.recipe)}."


def _check_samples(path: Path, references: References, manifest: Manifest) -> None:
    """Raises ArtefactsDisagree where the samples do not fit the rest, or a demand of the manifest has nothing to be measured on."""
    data = references.data
    if not len(references.codes):
        return  # nothing is compared, which the verdict says
    if manifest.quality is not None and (data is None or data.targets is None or (data.floats is None and manifest.float_model)):
        raise ArtefactsDisagree(f"{path} holds no test split, but the manifest demands {manifest.quality.kind} on one.", _again(manifest))
    if data is None:
        if manifest.float_model:
            raise ArtefactsDisagree(f"{path} holds no samples, but the manifest names a float model.", _again(manifest))
        return
    count = len(data.rows)
    fits = data.rows.ndim == 1 and count > 0 and data.inputs.shape == (count, manifest.input.bytes)
    fits = fits and (data.floats is None or data.floats.shape == (count, manifest.output.bytes))
    fits = fits and (data.targets is None or len(data.targets) == count)
    if not fits or not ((data.rows >= 0) & (data.rows < len(references.codes))).all():
        targets = "no" if data.targets is None else len(data.targets)
        raise ArtefactsDisagree(
            f"{path}: the {count} rows of samples, their inputs, float answers and {targets} targets do not fit.", _again(manifest)
        )
    # a classifier's metric would take a NaN for the largest of its answers and go on
    for numbers in (data.inputs, data.floats, data.targets):
        if numbers is not None and numbers.dtype.kind == "f" and not np.isfinite(numbers).all():
            raise ArtefactsDisagree(f"{path}: the samples hold inputs, float answers or targets that are no numbers.", _again(manifest))


def consult(folder: Path, manifest: Manifest) -> Oracle:
    """The expected codes for everything in `folder/references.npz`.

    Args:
        folder: build/NAME, with `model.tflite` and `references.npz`.

    Raises:
        ArtefactsDisagree: a file is missing or damaged, or the wheel's answers are not the stored ones.
        ModelRefused: the wheel cannot load the model.
    """
    references = load_references(folder / "references.npz", manifest)
    if not tflm.available():
        return Oracle(references, f"{manifest.oracle}, stored by the conversion")
    raw = (folder / "model.tflite").read_bytes()
    try:
        live = tflm.Interpreter(raw, read(raw)).run(references.codes)
    except RuntimeError as error:
        raise ArtefactsDisagree(f"{tflm.name()} does not run model.tflite: {error}.", _again(manifest)) from error
    differing = int((live != references.expected).any(axis=1).sum())
    if differing:
        raise ArtefactsDisagree(
            f"{tflm.name()} answers {differing} of {len(live)} inputs otherwise than the stored references ({manifest.oracle}).",
            f"Run {anew(manifest.recipe)}; if it stays, the reference kernels of the two versions differ.",
        )
    return Oracle(references, f"{tflm.name()}, live")
