"""Writes a verdict's files: `verdict.json`, `junit.xml` and `report.html`."""

from __future__ import annotations

from pathlib import Path

from plumbline.common import documents
from plumbline.common import explanation as explanation_file
from plumbline.common.explanation import Explanation
from plumbline.common.files import write_if_changed
from plumbline.common.outcome import FILES
from plumbline.host.reports import html_report, junit
from plumbline.host.reports.terminal import last_line
from plumbline.host.verdict.comparison import Comparison
from plumbline.host.verdict.profile import FILE, Profile
from plumbline.host.verdict.verdict import Verdict
from plumbline.host.verdict.verdict_file import Judged, Layer, Row, Samples, Summary, Worst


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
    """The verdict as the text of verdict.json."""
    return documents.to_json(document_of(verdict))


def document_of(verdict: Verdict) -> Judged:
    """The verdict as verdict.json holds it."""
    known = verdict.float_model  # else an error would be one against TFLM's own answers
    worst = verdict.worst if known else None
    return Judged(
        outcome="pass" if verdict.passed else "fail",
        passed=verdict.passed,
        line=last_line(verdict),
        failures=verdict.failures,
        error=None,
        recipe=verdict.recipe,
        model_sha256=verdict.model_sha256,
        manifest_sha256=verdict.manifest_sha256,
        oracle=verdict.oracle,
        external=verdict.external,
        started=verdict.started,
        command=verdict.command,
        versions=verdict.versions,
        board=verdict.identity,
        summary=Summary(
            compared=len(verdict.comparisons),
            exact=verdict.exact,
            within_bound=verdict.within,
            probes=len(verdict.probes),
            probes_refused=verdict.refused,
            max_error=verdict.max_error if known else None,
            mean_error=verdict.mean_error if known else None,
            rms_error=verdict.rms_error if known else None,
            bound=verdict.bound,
            tolerance=verdict.tolerance,
            tolerance_from=verdict.tolerance_from,
            worst=Worst(worst.name, worst.error, worst.bound) if worst else None,
        ),
        warnings=verdict.warnings,
        exit_code=verdict.exit_code,
        useful=tuple(Samples(**vars(each), limits=verdict.limits) for each in verdict.useful),
        metrics=verdict.metrics,
        firmware=verdict.firmware,
        size=verdict.size,
        footprint=verdict.footprint,
        outputs=verdict.by_output,
        layers=tuple(Layer(number=number, **vars(each)) for number, each in enumerate(verdict.layers)),
        peers=verdict.peers,
        inference=verdict.cost,
        traffic=verdict.traffic,
        stats=verdict.stats,
        comparisons=tuple(map(_row, verdict.comparisons)),
        probes=verdict.probes,
    )


def _row(each: Comparison) -> Row:
    return Row(
        kind=each.kind,
        row=each.row,
        x=each.x,
        expected=each.expected,
        board=each.board,
        expected_y=each.expected_y,
        board_y=each.board_y,
        float_y=each.float_y,
        bound=each.bound,
        exact=each.exact,
        step=each.step,
        chosen=each.chosen,
        error=each.error,
        within_bound=each.within,
    )
