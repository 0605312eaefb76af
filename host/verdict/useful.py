"""What the board's answers to the samples are worth: the judgement of common/diagnosis.py over the references, and what of it is only a warning."""

from __future__ import annotations

import numpy as np

from plumbline.common import usage
from plumbline.common.diagnosis import judge
from plumbline.common.evidence import evidence_of
from plumbline.common.golden_data import Codes, References
from plumbline.common.manifest import Manifest
from plumbline.common.useful import Useful
from plumbline.convert.interface import Graph, silent_layer


def useful_of(graph: Graph, manifest: Manifest, references: References, outputs: Codes) -> tuple[Useful, ...]:
    """Judge the board's answers, output by output.

    Args:
        graph: the model.
        manifest: of the conversion, with the limits.
        references: with the samples; nothing is the answer where there are none.
        outputs: (N, output bytes), the board's answers to `references.codes`.
    """
    data, found = references.data, evidence_of(manifest, references, outputs)
    if data is None or not found:
        return ()
    rows = references.codes[data.rows]
    return tuple(judge(manifest, each, lambda: silent_layer(graph, rows)) for each in found)


def warnings_of(useful: tuple[Useful, ...], outputs: Codes) -> tuple[str, ...]:
    """What a reader of a verdict has to know although no limit is missed."""
    if useful:
        return tuple(told for each in useful if not each.missed for told in each.named(each.causes))
    if len(outputs) > 1 and len(np.unique(outputs, axis=0)) == 1:
        give = f"give samples of its real inputs ({usage.option('samples')})"
        return (f"all {len(outputs)} answers are the same, so that they show little of the model: {give}",)
    return ()
