"""`plumbline doctor`: prints what is right and wrong with this machine and its boards; the exit status tells."""

from __future__ import annotations

import json

from rich.text import Text

from plumbline.commands.options import Given, define
from plumbline.common import usage
from plumbline.common.errors import DoctorFoundProblems
from plumbline.host import doctor
from plumbline.host.doctor import Level
from plumbline.host.reports.terminal import Terminal

MARKS = {Level.GOOD: ("ok     ", "green"), Level.NOTE: ("note   ", "yellow"), Level.PROBLEM: ("PROBLEM", "bold red")}


@define("plumbline doctor", result="the findings as a list")
def command(given: Given) -> int:
    """Check tools, permissions, ports and what may hold them. A problem ends in exit code 60."""
    console, findings = Terminal(), []
    for finding in doctor.examine():
        findings.append(finding)
        if not given.silent:
            mark, style = MARKS[finding.level]
            console.print(Text.assemble((mark, style), f"  {finding.what}"), soft_wrap=True)
            if finding.hint:
                console.print(Text(f"         {finding.hint}", style="dim"), soft_wrap=True)
    if given.json:
        print(json.dumps([{"level": each.level.value, "what": each.what, "hint": each.hint} for each in findings], indent=1))
    if problems := sum(each.level is Level.PROBLEM for each in findings):
        hint = f"Mend what is marked PROBLEM and run {usage.command('doctor')} again."
        raise DoctorFoundProblems(f"{problems} problem{'s' if problems > 1 else ''} found.", hint)
    return 0
