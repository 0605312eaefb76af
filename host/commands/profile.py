"""`python -m plumbline.host profile NAME`: measures what each operator costs on a board, prints a table and writes profile.json."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from plumbline.common import boards
from plumbline.common.board_description import Environment
from plumbline.common.cli import add_output
from plumbline.common.errors import UsageError
from plumbline.common.files import write_if_changed
from plumbline.common.manifest import Manifest
from plumbline.host.commands import arguments
from plumbline.host.devices.connect import connect
from plumbline.host.firmware import firmware
from plumbline.host.firmware.builds import Builds
from plumbline.host.reports.terminal import Terminal
from plumbline.host.verdict.profile import FILE, Profile, measure, plain_count

_WIDTH = 110


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("profile", help="what each operator costs on a board")
    arguments.add_board(parser)
    add_output(parser, "and one line instead of a table", f"{FILE} instead of a table")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Measure, write and print; the virtual board's firmware is built first.

    Raises:
        UsageError: the engine cannot tell what an operator costs.
        PlumblineError: whatever building and measuring raise; the profile of an earlier run is gone then.
    """
    env = boards.environment(given.env)
    profiling = boards.profiling(env)
    if env.profile or profiling is None:
        able = [each.name for each in boards.environments().values() if not each.profile and boards.profiling(each)]
        raise UsageError(f"The engine of {env.name} does not tell what an operator costs.", f"Use an environment that does: {', '.join(able)}.")
    folder = given.build / given.name
    (folder / FILE).unlink(missing_ok=True)
    profile = _measured(given.port, env, profiling, folder)
    write_if_changed(folder / FILE, profile.to_json())
    if given.json:
        sys.stdout.write(profile.to_json())
    elif given.quiet:
        print(f"{profile.recipe}: {profile.whole:,} {profile.unit}")
    else:
        show(profile)
    return 0


def _measured(port: str | None, env: Environment, profiling: Environment, folder: Path) -> Profile:
    manifest = Manifest.load(folder / "generated" / "manifest.json")
    plain = None
    if env.virtual and port is None:
        for each in (env, profiling):
            firmware.build(folder, each.name)
        with connect(None, env, folder) as board:
            plain = plain_count(board, folder, manifest, Builds(folder, env.name))
    with connect(port, profiling, folder) as board:
        return measure(board, folder, manifest, Builds(folder, profiling.name), plain)


def show(profile: Profile) -> None:
    """Print the table."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("", "layer", "operator", profile.unit, "share", "MACs", f"{profile.unit} per MAC"):
        table.add_column(column, justify="left" if column in ("layer", "operator") else "right", no_wrap=True)
    for each in profile.operators:
        table.add_row(str(each.number), escape(each.layer), each.operator, *_numbers(profile, each.count, each.macs))
    table.add_row("", "call and return", "", *_numbers(profile, profile.rest, None), end_section=True)
    table.add_row("", "whole inference", "", *_numbers(profile, profile.whole, profile.macs))
    terminal = Terminal()
    terminal.width = max(terminal.width, _WIDTH)  # a narrow terminal breaks lines rather than lose digits
    terminal.print(table)
    terminal.print(f"{escape(profile.recipe)} on {escape(profile.board)}, engine {profile.engine}, build {escape(profile.build)}")
    terminal.print(f"{profile.probe} {profile.unit} for each of {len(profile.operators) + 1} probes are subtracted.", highlight=False)
    if profile.plain is not None:
        terminal.print(f"The firmware without probes: {profile.plain:,} {profile.unit}.", highlight=False)


def _numbers(profile: Profile, count: int, macs: int | None) -> tuple[str, str, str, str]:
    """Count, share, multiply-accumulates, and the count for one of them."""
    return f"{count:,}", f"{profile.share(count):.1%}", f"{macs:,}" if macs else "", f"{count / macs:.2f}" if macs else ""
