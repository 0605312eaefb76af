"""What the verification will find at the samples, told after the conversion already: the board must give the answers that are expected here."""

from __future__ import annotations

from plumbline.common.diagnosis import judge
from plumbline.common.golden_data import References
from plumbline.common.manifest import Manifest
from plumbline.common.useful import evidence_of
from plumbline.convert.model.graph import Graph
from plumbline.convert.references.silent import silent_layer


def foreseen(manifest: Manifest, graph: Graph, answers: References) -> list[str]:
    """Lines for the report: the limits that the model misses, and what stands in its way; none where there is nothing to say."""
    evidence = evidence_of(manifest, answers, answers.expected)
    if evidence is None:
        return []
    found = judge(manifest, evidence, lambda: silent_layer(graph, evidence.codes))
    lines = [f"  warning: {each}" for each in (*found.missed, *found.causes)]
    return [*lines, "  warning: so a verification will end with FAIL"] if found.missed else lines
