"""What the verification will find at the samples, told after the conversion already: the board must give the answers that are expected here."""

from __future__ import annotations

from plumbline.common.diagnosis import judge
from plumbline.common.manifest import Manifest
from plumbline.common.useful import evidence_of
from plumbline.convert.graph import Graph
from plumbline.convert.references.golden_data import References
from plumbline.convert.references.silent import silent_layer


def foreseen(manifest: Manifest, graph: Graph, answers: References) -> list[str]:
    """Lines for the report: the limits that the model misses, and what stands in its way; none where there is nothing to say."""
    arrays = answers.arrays
    if "sample_rows" not in arrays:
        return []
    evidence = evidence_of(
        manifest,
        arrays["sample_rows"],
        arrays["sample_inputs"],
        arrays["codes"],
        arrays["tflm"],
        floats=arrays.get("float_samples"),
        float_codes=arrays["float_codes"],
        targets=arrays.get("targets"),
    )
    found = judge(manifest, evidence, lambda: silent_layer(graph, evidence.codes))
    lines = [f"  warning: {each}" for each in (*found.missed, *found.causes)]
    return [*lines, "  warning: so a verification will end with FAIL"] if found.missed else lines
