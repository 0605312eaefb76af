"""What the board must answer: TensorFlow Lite Micro's reference kernels, live through the tflite-micro wheel where there is one,
else the codes that the conversion stored; the float model's answers are always the stored ones.
"""

from __future__ import annotations

from dataclasses import dataclass

from plumbline.common import usage
from plumbline.common.errors import ArtefactsDisagree
from plumbline.common.golden_data import References
from plumbline.convert.interface import live_answers
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
    try:
        live = live_answers(artefacts.raw, artefacts.graph, references)
    except RuntimeError as error:
        raise ArtefactsDisagree(
            f"The tflite-micro wheel does not run model.tflite: {error}.", f"Write it anew: {usage.command('convert', manifest.recipe, anew=True)}."
        ) from error
    if live is None:
        return Oracle(references, f"{manifest.oracle}, stored by the conversion")
    differing = int((live.codes != references.expected).any(axis=1).sum())
    if differing:
        raise ArtefactsDisagree(
            f"{live.name} answers {differing} of {len(live.codes)} inputs otherwise than the stored references ({manifest.oracle}).",
            f"Run {usage.command('convert', manifest.recipe, anew=True)}; if it stays, the reference kernels of the two versions differ.",
        )
    alone = "" if "compiled" in manifest.engines else ", the only oracle: the integer model lacks an operator"
    return Oracle(references, f"{live.name}, live{alone}")
