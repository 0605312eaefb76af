"""`plumbline profile`: measures what each operator costs on a board, prints a table and writes profile.json."""

from __future__ import annotations

import sys
from pathlib import Path

from rich import box
from rich.markup import escape
from rich.table import Table

from plumbline.commands.options import BUILD, FIRMWARE, MODEL, PORT, STAGES, Given, define, say_passed_over
from plumbline.common import boards
from plumbline.common.board_description import Environment
from plumbline.common.errors import UsageError
from plumbline.common.files import write_if_changed
from plumbline.common.manifest import Manifest
from plumbline.host.devices.connect import connect
from plumbline.host.firmware import firmware
from plumbline.host.firmware.builds import Builds
from plumbline.host.reports.terminal import Terminal
from plumbline.host.verdict.profile import FILE, Profile, measure, plain_count

_WIDTH = 110


@define(
    "plumbline profile digits",
    "plumbline profile model.tflite --board nano33ble --engine compiled",
    takes=(MODEL, FIRMWARE, PORT, STAGES, BUILD),
    result=f"{FILE} instead of a table",
    quiet="and one line instead of a table",
)
def command(given: Given) -> int:
    """Measure what each operator costs on a board.

    The firmware of a board that runs on this computer is built first; a connected board has to run a firmware that measures.
    """
    work, env = given.work(), given.environment().env
    plain = boards.environment_for(env.board, env.engine, mlperf=env.mlperf) if env.profile else env
    profiling = boards.profiling(plain)
    if profiling is None:
        able = [each.name for each in boards.environments().values() if not each.profile and boards.profiling(each)]
        raise UsageError(f"The engine of {env.name} does not tell what an operator costs.", f"Use an environment that does: {', '.join(able)}.")
    if not given.only:
        work.check()
        work.convert()
    say_passed_over(given, profiling)
    (work.folder / FILE).unlink(missing_ok=True)
    profile = _measured(given.line, plain, profiling, work.folder)
    write_if_changed(work.folder / FILE, profile.to_json())
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
    if env.emulated and port is None:
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
