"""`python -m plumbline.host doctor`: prints what is right and wrong with this machine and its boards; the exit status tells."""

from __future__ import annotations

import argparse
from typing import Any

from rich.text import Text

from plumbline.common.errors import DoctorFoundProblems
from plumbline.host import doctor
from plumbline.host.doctor import Level
from plumbline.host.reports.terminal import Terminal

MARKS = {Level.GOOD: ("ok     ", "green"), Level.NOTE: ("note   ", "yellow"), Level.PROBLEM: ("PROBLEM", "bold red")}


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("doctor", help="check tools, permissions, ports and what may hold them")
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Print every finding as it is made.

    Raises:
        DoctorFoundProblems: there is at least one problem.
    """
    console = Terminal()
    problems = 0
    for finding in doctor.examine():
        mark, style = MARKS[finding.level]
        console.print(Text.assemble((mark, style), f"  {finding.what}"), soft_wrap=True)
        if finding.hint:
            console.print(Text(f"         {finding.hint}", style="dim"), soft_wrap=True)
        problems += finding.level is Level.PROBLEM
    if problems:
        raise DoctorFoundProblems(
            f"{problems} problem{'s' if problems > 1 else ''} found.", "Mend what is marked PROBLEM and run `make doctor` again."
        )
    return 0
