"""What the board's answers to the samples are worth: the judgement of common/diagnosis.py over the references, and what of it is only a warning."""

from __future__ import annotations

import numpy as np

from plumbline.common import usage
from plumbline.common.diagnosis import judge
from plumbline.common.golden_data import Codes, References
from plumbline.common.manifest import Manifest
from plumbline.common.useful import Useful, evidence_of
from plumbline.convert.interface import Graph, silent_layer


def useful_of(graph: Graph, manifest: Manifest, references: References, outputs: Codes) -> Useful | None:
    """Judge the board's answers.

    Args:
        graph: the model.
        manifest: of the conversion, with the limits.
        references: with the samples; None is the answer where there are none.
        outputs: (N, output bytes), the board's answers to `references.codes`.
    """
    evidence = evidence_of(manifest, references, outputs)
    return None if evidence is None else judge(manifest, evidence, lambda: silent_layer(graph, evidence.codes))


def warnings_of(useful: Useful | None, outputs: Codes) -> tuple[str, ...]:
    """What a reader of a verdict has to know although no limit is missed."""
    if useful is not None:
        return () if useful.missed else useful.causes
    if len(outputs) > 1 and len(np.unique(outputs, axis=0)) == 1:
        give = f"give samples of its real inputs ({usage.option('samples')})"
        return (f"all {len(outputs)} answers are the same, so that they show little of the model: {give}",)
    return ()
