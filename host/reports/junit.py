"""A verdict as JUnit XML: the sample points and probes one by one, sweep and codes as one test each."""

from __future__ import annotations

from plumbline.common import junit
from plumbline.common.errors import QualityMissed
from plumbline.common.junit import Case
from plumbline.host.reports import useful_text
from plumbline.host.verdict.checks import failures
from plumbline.host.verdict.verdict import Verdict


def to_xml(verdict: Verdict) -> bytes:
    """One test suite; it has a failure exactly when the verdict did not pass."""
    built, identity = verdict.firmware, verdict.identity
    facts = [
        ("model_sha256", verdict.model_sha256),
        ("oracle", verdict.oracle),
        ("board", identity.board),
        ("engine", identity.engine),
        *((("held to", verdict.external.told),) if verdict.external else ()),
        ("build", identity.build),
        ("flags", built.settings.shown if built else "unknown"),
        ("compiler", built.compiler if built else "unknown"),
        ("manifest_sha256", verdict.manifest_sha256),
        ("command", verdict.command),
        *useful_text.all_facts(verdict.useful, verdict.limits),
        *(("warning", each) for each in verdict.warnings),
    ]
    cases = [Case("samples", each.name, failures([each], [], verdict.limit)) for each in verdict.of("sample")]
    for group, what, answers in (("sweep", "points of the sweep", verdict.of("sweep")), ("codes", "codes", verdict.of("code"))):
        if answers:
            cases.append(Case(group, f"{len(answers)} {what}", failures(answers, [], verdict.limit)))
    cases += [Case("domain", f"x = {each.x:.12g} is refused", failures([], [each])) for each in verdict.probes]
    if verdict.useful:
        cases.append(Case("usefulness", f"{verdict.useful[0].count} samples", verdict.missed, QualityMissed.__name__))
    cases.append(Case("verdict", "verdict", verdict.failures))
    return junit.to_xml(f"plumbline.{verdict.recipe}", verdict.started, cases, facts, verdict.traffic.seconds)
