"""What the board's answers to the samples are worth: the judgement of common/diagnosis.py over the references, and what of it is only a warning."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from plumbline.common.diagnosis import judge
from plumbline.common.manifest import Manifest
from plumbline.common.useful import Useful, evidence_of
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.references.silent import silent_layer
from plumbline.host.verdict.oracle import Codes, References


def useful_of(folder: Path, manifest: Manifest, references: References, outputs: Codes) -> Useful | None:
    """Judge the board's answers.

    Args:
        folder: build/NAME, with model.tflite.
        manifest: of the conversion, with the limits.
        references: with the samples; None is the answer where there are none.
        outputs: (N, output bytes), the board's answers to `references.codes`.
    """
    data = references.data
    if data is None or not len(outputs):
        return None
    evidence = evidence_of(
        manifest,
        data.rows,
        data.inputs,
        references.codes,
        outputs,
        floats=data.floats,
        float_codes=references.float_codes,
        targets=data.targets,
    )
    return judge(manifest, evidence, lambda: silent_layer(read((folder / "model.tflite").read_bytes()), evidence.codes))


def warnings_of(useful: Useful | None, outputs: Codes) -> tuple[str, ...]:
    """What a reader of a verdict has to know although no limit is missed."""
    if useful is not None:
        return () if useful.missed else useful.causes
    if len(outputs) > 1 and len(np.unique(outputs, axis=0)) == 1:
        return (f"all {len(outputs)} answers are the same, so that they show little of the model: give samples of its real inputs (SAMPLES=)",)
    return ()
