"""Writes a verdict's files: `verdict.json`, `junit.xml` and `report.html`."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from plumbline.common import explanation as explanation_file
from plumbline.common import outcome
from plumbline.common.explanation import Explanation
from plumbline.common.files import write_if_changed
from plumbline.common.outcome import FILES, SCHEMA
from plumbline.host.reports import html_report, junit
from plumbline.host.reports.terminal import last_line
from plumbline.host.verdict.profile import FILE, Profile
from plumbline.host.verdict.verdict import Comparison, Verdict


def write(verdict: Verdict, folder: Path) -> None:
    """Write all reports, whatever the verdict; each whole or not at all. verdict.json comes last: while one is missing, the run has not finished.

    The page shows the profile in `folder` that this firmware was given, and what its conversion found of the layers.
    """
    profile = Profile.load(folder / FILE, verdict.identity.build)
    explanation = Explanation.load(folder / explanation_file.FILE, verdict.model_sha256)
    contents: tuple[str | bytes, ...] = (to_json(verdict), junit.to_xml(verdict), html_report.to_html(verdict, profile, explanation))
    for name, content in reversed(list(zip(FILES, contents, strict=True))):
        write_if_changed(folder / name, content)


def to_json(verdict: Verdict) -> str:
    """The verdict as `verdict.schema.json` describes it. What is not a number becomes null."""
    traffic = verdict.traffic
    rates = {"round_trips_per_s": traffic.round_trips_per_s, "bytes_per_s": traffic.bytes_per_s, "share_of_115200": traffic.share_of_115200}
    known = verdict.float_model  # else an error would be one against TFLM's own answers
    worst = verdict.worst if known else None
    document = {
        "schema": SCHEMA,
        "outcome": outcome.PASS if verdict.passed else outcome.FAIL,
        "passed": verdict.passed,
        "line": last_line(verdict),
        "failures": verdict.failures,
        "error": None,
        "recipe": verdict.recipe,
        "model_sha256": verdict.model_sha256,
        "manifest_sha256": verdict.manifest_sha256,
        "oracle": verdict.oracle,
        "started": verdict.started,
        "command": verdict.command,
        "versions": verdict.versions,
        "board": asdict(verdict.identity),
        "summary": {
            "compared": len(verdict.comparisons),
            "exact": verdict.exact,
            "within_bound": verdict.within,
            "probes": len(verdict.probes),
            "probes_refused": verdict.refused,
            "max_error": verdict.max_error if known else None,
            "mean_error": verdict.mean_error if known else None,
            "rms_error": verdict.rms_error if known else None,
            "bound": verdict.bound,
            "tolerance": verdict.tolerance,
            "tolerance_from": verdict.tolerance_from,
            "worst": {"input": worst.name, "error": worst.error, "bound": worst.bound} if worst else None,
        },
        "warnings": verdict.warnings,
        "exit_code": verdict.exit_code,
        "useful": {**asdict(verdict.useful), "limits": asdict(verdict.limits)} if verdict.useful else None,
        "metric": asdict(verdict.metric) if verdict.metric else None,
        "firmware": asdict(verdict.firmware) if verdict.firmware else None,
        "size": asdict(verdict.size) if verdict.size else None,
        "footprint": asdict(verdict.footprint),
        "layers": [{"number": number, **asdict(each)} for number, each in enumerate(verdict.layers)],
        "peers": [asdict(each) for each in verdict.peers],
        "inference": asdict(verdict.cost),
        "traffic": {**asdict(traffic), **rates},
        "stats": asdict(verdict.stats),
        "comparisons": [_row(each) for each in verdict.comparisons],
        "probes": [{"x_nano": each.x_nano, "refused": each.refused, "answer": each.answer} for each in verdict.probes],
    }
    return json.dumps(_without_nan(document), indent=1, allow_nan=False) + "\n"


def _row(each: Comparison) -> dict[str, Any]:
    return {**asdict(each), "error": each.error, "within_bound": each.within}


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
