"""`plumbline verify --engine external`: firmware that is not Plumbline's, around an engine that is not."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from plumbline.commands.options import Given
from plumbline.common.errors import UsageError
from plumbline.pipeline import project
from plumbline.pipeline.environment import EXTERNAL
from plumbline.pipeline.work import Work

if TYPE_CHECKING:
    from plumbline.host.verdict.verdict import Verdict


def about_external() -> list[click.Parameter]:
    """What the answers of such firmware have to be."""
    within = "With --engine external: no code may differ by more than this."
    against = "With --engine external: answers are held to the float model, within its tolerance."
    return [
        click.Option(["--exact"], is_flag=True, help="With --engine external: every code must be the model's, as where nothing is said."),
        click.Option(["--within"], type=click.IntRange(min=0), help=within, metavar="CODES"),
        click.Option(["--against"], type=click.Choice(["float"]), help=against),
    ]


def is_external(given: Given) -> bool:
    """Whether such firmware is meant, by the command line or by plumbline.toml."""
    engine = given.engine if given.engine or given.env or given.board else project.find().engine
    return engine == EXTERNAL


def asked_external(given: Given, manifest: Path | None, exact: bool, within: int | None, against: str | None) -> tuple[Work, Verdict]:
    """Verify it; the work and its verdict.

    Raises:
        UsageError: a rule is given of an engine that is Plumbline's; else as `verify_external`.
    """
    from plumbline.pipeline.external import Asked, verify_external

    if not is_external(given):
        raise UsageError("--exact, --within and --against are for an engine that is not Plumbline's.", "Give --engine external and --port as well.")
    asked, work = Asked(exact, within, against), given.work()
    chosen = replace(given, engine=None, board=given.board or "virtual").environment()
    with nullcontext() if given.only and not work.folder.is_dir() else work.accounted():
        return work, verify_external(work, asked, given.line, chosen, manifest, given.only)
