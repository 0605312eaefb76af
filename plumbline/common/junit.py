"""JUnit XML, which CI services show as tests.

Written with the standard library: "not finished" stands there before any package is installed, and a board may call itself anything. junitparser 5.0
writes control characters as they are, which no XML holds; junit-xml 1.9 had its last release in 2023.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from plumbline.common.text import xml_text


@dataclass(frozen=True)
class Case:
    """One test."""

    group: str
    name: str
    reasons: Sequence[str] = ()
    """Why it did not pass, a sentence each; empty where it passed."""
    kind: str = "mismatch"
    """Of what went wrong."""
    outcome: Literal["failure", "error"] = "failure"
    """What it is called where there are reasons."""


def to_xml(name: str, started: str, cases: Sequence[Case], properties: Sequence[tuple[str, str]] = (), seconds: float = 0.0) -> bytes:
    """A file of one test suite.

    Args:
        name: the suite's, plumbline.NAME.
        started: ISO 8601, UTC.
        properties: names and texts of what was tested.
        seconds: how long all of it took.
    """
    counts = {"tests": len(cases), "skipped": 0}
    counts |= {f"{each}s": sum(bool(case.reasons) and case.outcome == each for case in cases) for each in ("failure", "error")}
    summed = {**{key: str(value) for key, value in counts.items()}, "time": f"{seconds:.3f}"}
    suites = ET.Element("testsuites", {"name": "plumbline", **summed})
    suite = ET.SubElement(suites, "testsuite", {"name": name, "timestamp": started.removesuffix("+00:00"), **summed})
    known = ET.SubElement(suite, "properties") if properties else suite
    for key, value in properties:
        ET.SubElement(known, "property", name=key, value=value)
    for case in cases:
        element = ET.SubElement(suite, "testcase", classname=f"{name}.{case.group}", name=case.name, time="0")
        if case.reasons:
            ET.SubElement(element, case.outcome, message=case.reasons[0], type=case.kind).text = "\n".join(case.reasons)
    return _written(suites)


def joined(files: Sequence[tuple[str, bytes]]) -> bytes:
    """One file of several that `to_xml` has written.

    Args:
        files: the name that the suite gets in it, and the file.
    """
    suites = ET.Element("testsuites", {"name": "plumbline"})
    for name, content in files:
        (suite,) = ET.fromstring(content)
        before = suite.get("name", "")
        for case in suite.iter("testcase"):
            case.set("classname", name + case.get("classname", "").removeprefix(before))
        suite.set("name", name)
        suites.append(suite)
    for key in ("tests", "skipped", "failures", "errors"):
        suites.set(key, str(sum(int(suite.get(key, 0)) for suite in suites)))
    suites.set("time", f"{max((float(suite.get('time', 0)) for suite in suites), default=0.0):.3f}")  # they ran at the same time
    return _written(suites)


def _written(suites: ET.Element) -> bytes:
    ET.indent(suites)
    for element in suites.iter():
        element.attrib.update({key: xml_text(value) for key, value in element.attrib.items()})
        element.text = xml_text(element.text or "") or None
    written: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return written + b"\n"
