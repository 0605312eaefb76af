"""What the board must answer: TensorFlow Lite Micro's reference kernels, live through the tflite-micro wheel where there is one,
else the codes that the conversion stored; the float model's answers are always the stored ones.
"""

from __future__ import annotations

from dataclasses import dataclass

from plumbline.common.errors import ArtefactsDisagree
from plumbline.common.folder_names import anew
from plumbline.common.golden_data import References
from plumbline.convert.references import tflm
from plumbline.host.verdict.artefacts import Artefacts


@dataclass(frozen=True)
class Oracle:
    """The references, and who vouches for their expected codes."""

    references: References
    name: str
    """Named in the verdict, e.g. "tflite-micro 0.dev20260101, live"."""


def consult(artefacts: Artefacts) -> Oracle:
    """The expected codes for everything in the references.

    Raises:
        ArtefactsDisagree: the wheel does not run the model, or its answers are not the stored ones.
        ModelRefused: the wheel cannot load the model.
    """
    references, manifest = artefacts.references, artefacts.manifest
    if not tflm.available():
        return Oracle(references, f"{manifest.oracle}, stored by the conversion")
    try:
        live = tflm.Interpreter(artefacts.raw, artefacts.graph).run(references.codes)
    except RuntimeError as error:
        raise ArtefactsDisagree(f"{tflm.name()} does not run model.tflite: {error}.", f"Write it anew: {anew(manifest.recipe)}.") from error
    differing = int((live != references.expected).any(axis=1).sum())
    if differing:
        raise ArtefactsDisagree(
            f"{tflm.name()} answers {differing} of {len(live)} inputs otherwise than the stored references ({manifest.oracle}).",
            f"Run {anew(manifest.recipe)}; if it stays, the reference kernels of the two versions differ.",
        )
    return Oracle(references, f"{tflm.name()}, live")
