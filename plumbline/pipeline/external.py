"""Somebody else's engine, in firmware that speaks through the harness: it is neither built nor flashed here, only held to what the model says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from plumbline.common import usage
from plumbline.common.errors import ArtefactsDisagree, UsageError
from plumbline.common.limits import Limits
from plumbline.common.manifest import Manifest
from plumbline.host.devices.connect import connect
from plumbline.host.minimal.write import forget, write_case
from plumbline.host.reports import report_writer
from plumbline.host.verdict.comparison import EXACT, Rule
from plumbline.host.verdict.verdict import Verdict
from plumbline.host.verdict.verify import Expected, verify
from plumbline.pipeline.environment import Chosen
from plumbline.pipeline.work import Work


@dataclass(frozen=True)
class Asked:
    """What was given of how the answers are judged."""

    exact: bool = False
    within: int | None = None
    against: str | None = None

    @property
    def given(self) -> bool:
        return self.exact or self.within is not None or self.against is not None

    @property
    def rule(self) -> Rule:
        """Raises UsageError where two contradict each other."""
        if self.exact + (self.within is not None) + (self.against is not None) > 1:
            raise UsageError("--exact, --within and --against each say what an answer has to be.", "Leave out all but one of them.")
        if self.against is not None:
            return Rule("float")
        return EXACT if self.within is None else Rule("codes", self.within)


def verify_external(work: Work, asked: Asked, port: str | None, chosen: Chosen, manifest: Path | None, only: bool) -> Verdict:
    """Convert the model where something has changed, ask the firmware behind the port, and write the reports; of wrong answers a minimal case.

    Raises:
        UsageError: no port, or contradicting rules.
        ArtefactsDisagree: answers are to be held to a float model, and there is none; else as `verify`.
        PlumblineError: what `connect` and `verify` raise.
    """
    rule = asked.rule
    if port is None:
        hint = "Name one with --port; `plumbline export --format harness` makes the files that the firmware behind it is built with."
        raise UsageError("--engine external verifies firmware that is not built here, and no port says where it runs.", hint)
    if not only:
        work.check()
        work.convert()
    held = Manifest.load(manifest or work.folder / "generated" / "manifest.json")
    if rule.held_to == "float" and not held.float_model:
        hint = "A .tflite file brings none. Give the .keras file it was made from, or --within CODES instead of --against float."
        raise ArtefactsDisagree(f"There is no float model of {held.recipe} to hold answers to.", hint)
    expected = Expected.of(work.folder, held)
    forget(work.folder)
    with connect(port, chosen.env, work.folder) as board:
        verdict = verify(
            board, work.folder, held, command=usage.typed(), limits=Limits.parse(work.limits or "", held.limits), expected=expected, external=rule
        )
        told = write_case(verdict, expected, board, work.folder)
    if told:
        verdict = replace(verdict, warnings=(*verdict.warnings, told))
    report_writer.write(verdict, work.folder)
    return verdict
