"""A verdict as JUnit XML, which CI services show as tests: the sample points and probes one by one, sweep and codes as one each."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable

from plumbline.common.errors import QualityMissed
from plumbline.common.text import xml_text
from plumbline.host.reports import useful_text
from plumbline.host.verdict.checks import failures
from plumbline.host.verdict.verdict import Comparison, Limit, Verdict


def to_xml(verdict: Verdict) -> bytes:
    """One test suite; it has a failure exactly when the verdict did not pass."""
    suite = ET.Element("testsuite", name=f"plumbline.{verdict.recipe}", timestamp=verdict.started.removesuffix("+00:00"))
    properties = ET.SubElement(suite, "properties")
    facts = {
        "model_sha256": verdict.model_sha256,
        "oracle": verdict.oracle,
        "board": verdict.identity.board,
        "engine": verdict.identity.engine,
        "build": verdict.identity.build,
        "flags": verdict.firmware.settings.shown if verdict.firmware else "unknown",
        "compiler": verdict.firmware.compiler if verdict.firmware else "unknown",
        "manifest_sha256": verdict.manifest_sha256,
        "command": verdict.command,
    }
    told = list(facts.items()) + (useful_text.facts(verdict.useful, verdict.limits) if verdict.useful else [])
    for name, value in [*told, *(("warning", each) for each in verdict.warnings)]:
        ET.SubElement(properties, "property", name=name, value=value)
    for sample in verdict.of("sample"):
        _case(suite, "samples", sample.name, failures([sample], [], verdict.limit))
    _group(suite, "sweep", "points of the sweep", verdict.of("sweep"), verdict.limit)
    _group(suite, "codes", "codes", verdict.of("code"), verdict.limit)
    for probe in verdict.probes:
        _case(suite, "domain", f"x = {probe.x:.12g} is refused", failures([], [probe]))
    if verdict.useful:
        _case(suite, "usefulness", f"{verdict.useful.count} samples", verdict.missed, QualityMissed.__name__)
    _case(suite, "verdict", "verdict", verdict.failures)
    failed = len(suite.findall("testcase/failure"))
    counts = {"tests": str(len(suite.findall("testcase"))), "failures": str(failed), "errors": "0", "skipped": "0"}
    suite.attrib.update(counts, time=f"{verdict.traffic.seconds:.3f}")
    suites = ET.Element("testsuites", {**counts, "name": "plumbline", "time": suite.attrib["time"]})
    suites.append(suite)
    ET.indent(suites)
    for element in suites.iter():
        element.attrib.update({name: xml_text(value) for name, value in element.attrib.items()})
        element.text = xml_text(element.text or "") or None
    written: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _group(suite: ET.Element, group: str, what: str, comparisons: tuple[Comparison, ...], limit: Limit) -> None:
    if comparisons:
        _case(suite, group, f"{len(comparisons)} {what}", failures(comparisons, [], limit))


def _case(suite: ET.Element, group: str, name: str, reasons: Iterable[str], kind: str = "mismatch") -> None:
    case = ET.SubElement(suite, "testcase", classname=f"{suite.attrib['name']}.{group}", name=name, time="0")
    reasons = list(reasons)
    if reasons:
        ET.SubElement(case, "failure", message=reasons[0], type=kind).text = "\n".join(reasons)
