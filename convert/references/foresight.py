"""What the verification will find at the samples, told after the conversion already: the board must give the answers that are expected here."""

from __future__ import annotations

from plumbline.common.diagnosis import judge
from plumbline.common.evidence import evidence_of
from plumbline.common.golden_data import References
from plumbline.common.manifest import Manifest
from plumbline.convert.model.graph import Graph
from plumbline.convert.references.silent import silent_layer


def foreseen(manifest: Manifest, graph: Graph, answers: References) -> list[str]:
    """Lines for the report: the limits that the model misses, and what stands in its way; none where there is nothing to say."""
    data, evidence = answers.data, evidence_of(manifest, answers, answers.expected)
    if data is None or not evidence:
        return []
    rows = answers.codes[data.rows]
    found = [judge(manifest, each, lambda: silent_layer(graph, rows)) for each in evidence]
    lines = [f"  warning: {told}" for each in found for told in each.told]
    return [*lines, "  warning: so a verification will end with FAIL"] if any(each.missed for each in found) else lines
