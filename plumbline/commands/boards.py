"""`plumbline boards`: the boards that a firmware can be built for, with their engines and environments."""

from __future__ import annotations

import json
from dataclasses import asdict

from rich import box
from rich.markup import escape
from rich.table import Table

from plumbline.commands.options import Given, define
from plumbline.common import boards
from plumbline.host.devices import emulators
from plumbline.host.reports.terminal import Terminal


@define("plumbline boards", result="a list instead of a table")
def command(given: Given) -> int:
    """List the boards that a firmware can be built for: `--board` and `--engine` take the names, or `--env` for both."""
    envs = list(boards.environments().values())
    if given.json:
        print(json.dumps([asdict(env) for env in envs], indent=1))
        return 0
    terminal = Terminal()
    kinds = _table("board", "what it calls itself", "core", "MHz", "flash, B", "RAM, B", "USB", "runs here in")
    for board in boards.boards().values():
        size = (f"{board.clock_hz / 1e6:g}", f"{board.flash:,}", f"{board.ram:,}")
        here = emulators.of(board).short if board.emulated else ""
        kinds.add_row(board.name, escape(board.title), escape(board.core), *size, boards.usb_text(board.usb), here)
    firmware = _table("env", "board", "engine", "beside answering", "watchdog", "tested")
    for env in envs:
        firmware.add_row(env.name, env.board.name, env.engine, env.extra, f"{env.watchdog_s} s" if env.watchdog_s else "off", env.tested)
    # A narrow terminal breaks lines rather than lose letters.
    endless = terminal.options.update(max_width=1000)
    terminal.width = max(terminal.width, *(terminal.measure(each, options=endless).maximum for each in (kinds, firmware)))
    terminal.print(kinds, firmware)
    return 0


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=True, justify="right" if column in ("MHz", "flash, B", "RAM, B") else "left")
    return table
